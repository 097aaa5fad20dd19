package dev.voxgrad.engine.random;

/** Computes {@link NormalsCpu}'s Box–Muller transform one value at a time, with the same operations. */
final class ScalarNormals {
    private ScalarNormals() {}

    static float cosine(int a, int b) {
        int quarter = quarter(b);
        float x = angle(b, quarter);
        float value = radius(a) * ((quarter & 1) == 0 ? cos(x) : sin(x));
        return (quarter + 1 & 2) == 0 ? value : -value;
    }

    static float sine(int a, int b) {
        int quarter = quarter(b);
        float x = angle(b, quarter);
        float value = radius(a) * ((quarter & 1) == 0 ? sin(x) : cos(x));
        return (quarter & 2) == 0 ? value : -value;
    }

    private static int quarter(int b) {
        return b + (1 << 29) >> 30;
    }

    private static float angle(int b, int quarter) {
        return (b - (quarter << 30)) * (float) (2 * Math.PI * 0x1p-32);
    }

    private static float radius(int a) {
        float u = Math.fma(a >>> 1, 0x1p-31f, 0x1p-32f);
        int exponent = Float.floatToIntBits(u) - Float.floatToIntBits((float) Math.sqrt(0.5)) >> 23;
        float m = Float.intBitsToFloat(Float.floatToIntBits(u) - (exponent << 23));
        float s = (m - 1) / (m + 1);
        float q = s * s;
        float series = Math.fma(Math.fma(Math.fma(Math.fma(2 / 9f, q, 2 / 7f), q, 2 / 5f), q, 2 / 3f), q, 2);
        return (float) Math.sqrt(Math.fma(exponent, (float) Math.log(2), s * series) * -2);
    }

    private static float sin(float x) {
        float q = x * x;
        float series = Math.fma(Math.fma(Math.fma(1 / 362880f, q, -1 / 5040f), q, 1 / 120f), q, -1 / 6f);
        return Math.fma(series * q, x, x);
    }

    private static float cos(float x) {
        float q = x * x;
        float series = Math.fma(Math.fma(-1 / 3628800f, q, 1 / 40320f), q, -1 / 720f);
        return Math.fma(Math.fma(Math.fma(series, q, 1 / 24f), q, -1 / 2f), q, 1);
    }
}
