package dev.voxgrad.engine.op.conv3d.cpu.planar;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Transforms tiles, one vector of channels at a time. A transform in two dimensions is the same one along every line of
 * an axis, then along every line of the other; what is between the two stays in the first-level cache.
 *
 * <p>With m outputs in a line of a tile, {@link #input} applies Bᵀ (m + 2 values to m + 2), {@link #output} applies Aᵀ
 * (m + 2 to m) and {@link #gradient} applies A (m to m + 2). The interpolation points are
 *
 * <pre>
 * m = 4    0, ±3/4, ±3/2, ∞
 * m = 3    0, ±3/4, 3/2, ∞
 * m = 2    0, ±1, ∞
 * </pre>
 *
 * <p>All entries of Bᵀ and A are exact in float32. A test derives the matrices from the points and compares.
 */
final class PlanarTransforms {
    /** The number of floats of the scratch array that transforms need. */
    static final int SCRATCH = Lanes.ALIGNED_START + 36 * Lanes.COUNT;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.COUNT;
    private static final int START = Lanes.ALIGNED_START;

    /** The interpolation points a and b. */
    private static final float A = 0.75f;

    private static final float B = 1.5f;
    private static final float A2 = A * A;
    private static final float B2 = B * B;
    private static final float A3 = A2 * A;
    private static final float B3 = B2 * B;

    private PlanarTransforms() {}

    /**
     * Transforms a tile's inputs.
     *
     * @param mu outputs of the tile along axis u
     * @param mv outputs of the tile along axis v
     * @param x the first input at x0, its neighbours {@code uStep} and {@code vStep} further on
     * @param to result: position p at to0 + p·step
     */
    static void input(
            int mu, int mv, float[] x, int x0, int uStep, int vStep, float[] scratch, float[] to, int to0, int step) {
        int width = mv + 2;
        inputLines(mv, mu + 2, x, x0, vStep, uStep, scratch, START, L, width * L);
        inputLines(mu, width, scratch, START, width * L, L, to, to0, width * step, step);
    }

    /**
     * Transforms a tile's products to outputs.
     *
     * @param m position p at m0 + p·step
     * @param base values added to the results: the first at base0, its neighbours {@code baseU} and {@code baseV} on
     * @param y the result's first output at y0, its neighbours {@code uStep} and {@code vStep} further on
     */
    static void output(
            int mu,
            int mv,
            float[] m,
            int m0,
            int step,
            float[] scratch,
            float[] base,
            int base0,
            int baseU,
            int baseV,
            float[] y,
            int y0,
            int uStep,
            int vStep) {
        int width = mv + 2;
        outputLines(mu, width, m, m0, width * step, step, scratch, START, width * L, L);
        for (int i = 0; i < mu; i++) {
            int from = START + i * width * L;
            switch (mv) {
                case 4 -> addOutput4(scratch, from, base, base0 + i * baseU, baseV, y, y0 + i * uStep, vStep);
                case 3 -> addOutput3(scratch, from, base, base0 + i * baseU, baseV, y, y0 + i * uStep, vStep);
                default -> addOutput2(scratch, from, base, base0 + i * baseU, baseV, y, y0 + i * uStep, vStep);
            }
        }
    }

    /**
     * Transforms the gradient of a tile's outputs.
     *
     * @param y the first gradient at y0, its neighbours {@code uStep} and {@code vStep} further on
     * @param to result: position p at to0 + p·step
     */
    static void gradient(
            int mu, int mv, float[] y, int y0, int uStep, int vStep, float[] scratch, float[] to, int to0, int step) {
        int width = mv + 2;
        gradientLines(mv, mu, y, y0, vStep, uStep, scratch, START, L, width * L);
        gradientLines(mu, width, scratch, START, width * L, L, to, to0, width * step, step);
    }

    // ------------------------------------------------------------------------------------------------ lines

    /** Applies Bᵀ to {@code lines} lines, whose values are {@code step} apart and which are {@code next} apart. */
    static void inputLines(
            int m, int lines, float[] x, int x0, int step, int next, float[] t, int t0, int tStep, int tNext) {
        switch (m) {
            case 4 -> {
                for (int i = 0; i < lines; i++) {
                    input4(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            case 3 -> {
                for (int i = 0; i < lines; i++) {
                    input3(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            default -> {
                for (int i = 0; i < lines; i++) {
                    input2(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
        }
    }

    static void outputLines(
            int m, int lines, float[] x, int x0, int step, int next, float[] t, int t0, int tStep, int tNext) {
        switch (m) {
            case 4 -> {
                for (int i = 0; i < lines; i++) {
                    output4(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            case 3 -> {
                for (int i = 0; i < lines; i++) {
                    output3(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            default -> {
                for (int i = 0; i < lines; i++) {
                    output2(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
        }
    }

    static void gradientLines(
            int m, int lines, float[] x, int x0, int step, int next, float[] t, int t0, int tStep, int tNext) {
        switch (m) {
            case 4 -> {
                for (int i = 0; i < lines; i++) {
                    gradient4(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            case 3 -> {
                for (int i = 0; i < lines; i++) {
                    gradient3(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
            default -> {
                for (int i = 0; i < lines; i++) {
                    gradient2(x, x0 + i * next, step, t, t0 + i * tNext, tStep);
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ Bᵀ

    static void input4(float[] x, int x0, int step, float[] t, int t0, int tStep) {
        FloatVector d0 = FloatVector.fromArray(S, x, x0);
        FloatVector d1 = FloatVector.fromArray(S, x, x0 + step);
        FloatVector d2 = FloatVector.fromArray(S, x, x0 + 2 * step);
        FloatVector d3 = FloatVector.fromArray(S, x, x0 + 3 * step);
        FloatVector d4 = FloatVector.fromArray(S, x, x0 + 4 * step);
        FloatVector d5 = FloatVector.fromArray(S, x, x0 + 5 * step);
        FloatVector product = FloatVector.broadcast(S, A2 * B2);
        FloatVector sum = FloatVector.broadcast(S, -A2 - B2);
        d0.fma(product, d2.fma(sum, d4)).intoArray(t, t0);
        d1.fma(product, d3.fma(sum, d5)).intoArray(t, t0 + 5 * tStep);
        FloatVector square = FloatVector.broadcast(S, -B2);
        FloatVector even = d2.fma(square, d4);
        FloatVector odd = d1.fma(square, d3);
        odd.fma(FloatVector.broadcast(S, A), even).intoArray(t, t0 + tStep);
        odd.fma(FloatVector.broadcast(S, -A), even).intoArray(t, t0 + 2 * tStep);
        square = FloatVector.broadcast(S, -A2);
        even = d2.fma(square, d4);
        odd = d1.fma(square, d3);
        odd.fma(FloatVector.broadcast(S, B), even).intoArray(t, t0 + 3 * tStep);
        odd.fma(FloatVector.broadcast(S, -B), even).intoArray(t, t0 + 4 * tStep);
    }

    private static void input3(float[] x, int x0, int step, float[] t, int t0, int tStep) {
        FloatVector d0 = FloatVector.fromArray(S, x, x0);
        FloatVector d1 = FloatVector.fromArray(S, x, x0 + step);
        FloatVector d2 = FloatVector.fromArray(S, x, x0 + 2 * step);
        FloatVector d3 = FloatVector.fromArray(S, x, x0 + 3 * step);
        FloatVector d4 = FloatVector.fromArray(S, x, x0 + 4 * step);
        FloatVector minusB = FloatVector.broadcast(S, -B);
        FloatVector minusA2 = FloatVector.broadcast(S, -A2);
        // (x² − a²)(x − b), alone and times x
        FloatVector upper = d1.fma(minusA2, d3);
        FloatVector lower = d0.fma(minusA2, d2);
        lower.fma(minusB, upper).intoArray(t, t0);
        upper.intoArray(t, t0 + 3 * tStep);
        FloatVector last = d2.fma(minusA2, d4);
        upper.fma(minusB, last).intoArray(t, t0 + 4 * tStep);
        // x(x − b)(x ± a)
        FloatVector even = d2.fma(minusB, d3);
        FloatVector odd = d1.fma(minusB, d2);
        odd.fma(FloatVector.broadcast(S, A), even).intoArray(t, t0 + tStep);
        odd.fma(FloatVector.broadcast(S, -A), even).intoArray(t, t0 + 2 * tStep);
    }

    static void input2(float[] x, int x0, int step, float[] t, int t0, int tStep) {
        FloatVector d0 = FloatVector.fromArray(S, x, x0);
        FloatVector d1 = FloatVector.fromArray(S, x, x0 + step);
        FloatVector d2 = FloatVector.fromArray(S, x, x0 + 2 * step);
        FloatVector d3 = FloatVector.fromArray(S, x, x0 + 3 * step);
        d2.sub(d0).intoArray(t, t0);
        d2.add(d1).intoArray(t, t0 + tStep);
        d2.sub(d1).intoArray(t, t0 + 2 * tStep);
        d3.sub(d1).intoArray(t, t0 + 3 * tStep);
    }

    // ------------------------------------------------------------------------------------------------ Aᵀ

    static void output4(float[] m, int m0, int step, float[] t, int t0, int tStep) {
        FloatVector a = FloatVector.fromArray(S, m, m0 + step);
        FloatVector minusA = FloatVector.fromArray(S, m, m0 + 2 * step);
        FloatVector b = FloatVector.fromArray(S, m, m0 + 3 * step);
        FloatVector minusB = FloatVector.fromArray(S, m, m0 + 4 * step);
        FloatVector sumA = a.add(minusA);
        FloatVector sumB = b.add(minusB);
        FloatVector differenceA = a.sub(minusA);
        FloatVector differenceB = b.sub(minusB);
        FloatVector.fromArray(S, m, m0).add(sumA).add(sumB).intoArray(t, t0);
        differenceA
                .fma(FloatVector.broadcast(S, A), differenceB.mul(FloatVector.broadcast(S, B)))
                .intoArray(t, t0 + tStep);
        sumA.fma(FloatVector.broadcast(S, A2), sumB.mul(FloatVector.broadcast(S, B2)))
                .intoArray(t, t0 + 2 * tStep);
        differenceA
                .fma(
                        FloatVector.broadcast(S, A3),
                        differenceB.fma(FloatVector.broadcast(S, B3), FloatVector.fromArray(S, m, m0 + 5 * step)))
                .intoArray(t, t0 + 3 * tStep);
    }

    private static void output3(float[] m, int m0, int step, float[] t, int t0, int tStep) {
        FloatVector a = FloatVector.fromArray(S, m, m0 + step);
        FloatVector minusA = FloatVector.fromArray(S, m, m0 + 2 * step);
        FloatVector b = FloatVector.fromArray(S, m, m0 + 3 * step);
        FloatVector sum = a.add(minusA);
        FloatVector difference = a.sub(minusA);
        FloatVector.fromArray(S, m, m0).add(sum).add(b).intoArray(t, t0);
        difference
                .fma(FloatVector.broadcast(S, A), b.mul(FloatVector.broadcast(S, B)))
                .intoArray(t, t0 + tStep);
        sum.fma(
                        FloatVector.broadcast(S, A2),
                        b.fma(FloatVector.broadcast(S, B2), FloatVector.fromArray(S, m, m0 + 4 * step)))
                .intoArray(t, t0 + 2 * tStep);
    }

    static void output2(float[] m, int m0, int step, float[] t, int t0, int tStep) {
        FloatVector one = FloatVector.fromArray(S, m, m0 + step);
        FloatVector minusOne = FloatVector.fromArray(S, m, m0 + 2 * step);
        FloatVector.fromArray(S, m, m0).add(one.add(minusOne)).intoArray(t, t0);
        one.sub(minusOne).add(FloatVector.fromArray(S, m, m0 + 3 * step)).intoArray(t, t0 + tStep);
    }

    /** Applies Aᵀ to a line of neighbouring vectors and adds the results to those in {@code base}. */
    static void addOutput4(float[] t, int t0, float[] base, int base0, int baseStep, float[] y, int y0, int step) {
        FloatVector a = FloatVector.fromArray(S, t, t0 + L);
        FloatVector minusA = FloatVector.fromArray(S, t, t0 + 2 * L);
        FloatVector b = FloatVector.fromArray(S, t, t0 + 3 * L);
        FloatVector minusB = FloatVector.fromArray(S, t, t0 + 4 * L);
        FloatVector sumA = a.add(minusA);
        FloatVector sumB = b.add(minusB);
        FloatVector differenceA = a.sub(minusA);
        FloatVector differenceB = b.sub(minusB);
        FloatVector.fromArray(S, base, base0)
                .add(FloatVector.fromArray(S, t, t0).add(sumA).add(sumB))
                .intoArray(y, y0);
        FloatVector.fromArray(S, base, base0 + baseStep)
                .add(differenceA.fma(FloatVector.broadcast(S, A), differenceB.mul(FloatVector.broadcast(S, B))))
                .intoArray(y, y0 + step);
        FloatVector.fromArray(S, base, base0 + 2 * baseStep)
                .add(sumA.fma(FloatVector.broadcast(S, A2), sumB.mul(FloatVector.broadcast(S, B2))))
                .intoArray(y, y0 + 2 * step);
        FloatVector.fromArray(S, base, base0 + 3 * baseStep)
                .add(differenceA.fma(
                        FloatVector.broadcast(S, A3),
                        differenceB.fma(FloatVector.broadcast(S, B3), FloatVector.fromArray(S, t, t0 + 5 * L))))
                .intoArray(y, y0 + 3 * step);
    }

    private static void addOutput3(
            float[] t, int t0, float[] base, int base0, int baseStep, float[] y, int y0, int step) {
        FloatVector a = FloatVector.fromArray(S, t, t0 + L);
        FloatVector minusA = FloatVector.fromArray(S, t, t0 + 2 * L);
        FloatVector b = FloatVector.fromArray(S, t, t0 + 3 * L);
        FloatVector sum = a.add(minusA);
        FloatVector difference = a.sub(minusA);
        FloatVector.fromArray(S, base, base0)
                .add(FloatVector.fromArray(S, t, t0).add(sum).add(b))
                .intoArray(y, y0);
        FloatVector.fromArray(S, base, base0 + baseStep)
                .add(difference.fma(FloatVector.broadcast(S, A), b.mul(FloatVector.broadcast(S, B))))
                .intoArray(y, y0 + step);
        FloatVector.fromArray(S, base, base0 + 2 * baseStep)
                .add(sum.fma(
                        FloatVector.broadcast(S, A2),
                        b.fma(FloatVector.broadcast(S, B2), FloatVector.fromArray(S, t, t0 + 4 * L))))
                .intoArray(y, y0 + 2 * step);
    }

    private static void addOutput2(
            float[] t, int t0, float[] base, int base0, int baseStep, float[] y, int y0, int step) {
        FloatVector one = FloatVector.fromArray(S, t, t0 + L);
        FloatVector minusOne = FloatVector.fromArray(S, t, t0 + 2 * L);
        FloatVector.fromArray(S, base, base0)
                .add(FloatVector.fromArray(S, t, t0).add(one.add(minusOne)))
                .intoArray(y, y0);
        FloatVector.fromArray(S, base, base0 + baseStep)
                .add(one.sub(minusOne).add(FloatVector.fromArray(S, t, t0 + 3 * L)))
                .intoArray(y, y0 + step);
    }

    // ------------------------------------------------------------------------------------------------ A

    static void gradient4(float[] y, int y0, int step, float[] t, int t0, int tStep) {
        FloatVector g0 = FloatVector.fromArray(S, y, y0);
        FloatVector g1 = FloatVector.fromArray(S, y, y0 + step);
        FloatVector g2 = FloatVector.fromArray(S, y, y0 + 2 * step);
        FloatVector g3 = FloatVector.fromArray(S, y, y0 + 3 * step);
        g0.intoArray(t, t0);
        FloatVector even = g2.fma(FloatVector.broadcast(S, A2), g0);
        FloatVector odd = g3.fma(FloatVector.broadcast(S, A2), g1);
        odd.fma(FloatVector.broadcast(S, A), even).intoArray(t, t0 + tStep);
        odd.fma(FloatVector.broadcast(S, -A), even).intoArray(t, t0 + 2 * tStep);
        even = g2.fma(FloatVector.broadcast(S, B2), g0);
        odd = g3.fma(FloatVector.broadcast(S, B2), g1);
        odd.fma(FloatVector.broadcast(S, B), even).intoArray(t, t0 + 3 * tStep);
        odd.fma(FloatVector.broadcast(S, -B), even).intoArray(t, t0 + 4 * tStep);
        g3.intoArray(t, t0 + 5 * tStep);
    }

    private static void gradient3(float[] y, int y0, int step, float[] t, int t0, int tStep) {
        FloatVector g0 = FloatVector.fromArray(S, y, y0);
        FloatVector g1 = FloatVector.fromArray(S, y, y0 + step);
        FloatVector g2 = FloatVector.fromArray(S, y, y0 + 2 * step);
        g0.intoArray(t, t0);
        FloatVector even = g2.fma(FloatVector.broadcast(S, A2), g0);
        g1.fma(FloatVector.broadcast(S, A), even).intoArray(t, t0 + tStep);
        g1.fma(FloatVector.broadcast(S, -A), even).intoArray(t, t0 + 2 * tStep);
        g1.fma(FloatVector.broadcast(S, B), g2.fma(FloatVector.broadcast(S, B2), g0))
                .intoArray(t, t0 + 3 * tStep);
        g2.intoArray(t, t0 + 4 * tStep);
    }

    static void gradient2(float[] y, int y0, int step, float[] t, int t0, int tStep) {
        FloatVector g0 = FloatVector.fromArray(S, y, y0);
        FloatVector g1 = FloatVector.fromArray(S, y, y0 + step);
        g0.intoArray(t, t0);
        g0.add(g1).intoArray(t, t0 + tStep);
        g0.sub(g1).intoArray(t, t0 + 2 * tStep);
        g1.intoArray(t, t0 + 3 * tStep);
    }
}
