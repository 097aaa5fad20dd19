package dev.voxgrad.engine.random;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.cpu.Lanes;

/**
 * Standard normal deviates in float32, {@value #DEVIATES} at a time: {@value #BLOCKS} blocks of Philox in the lanes of
 * vectors, then the Box–Muller transform. Word pair (a, b) of a block gives
 *
 * <pre>{@code
 * r = √(−2·ln u),  u = (a/2 + ½)·2⁻³¹ in (0, 1]        n₀ = r·cos φ,  n₁ = r·sin φ,  φ = 2π·b·2⁻³²
 * }</pre>
 *
 * <p>Every step is a basic operation of IEEE 754, so the numbers are the same to the bit for every vector width. They
 * are within 2·10⁻⁶ of the formula in exact arithmetic.
 */
final class NormalsCpu {
    /** Blocks of four words at a time: a multiple of the lanes of every vector. */
    static final int BLOCKS = 16;
    static final int DEVIATES = 4 * BLOCKS;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final VectorSpecies<Integer> I = S.withLanes(int.class);
    private static final VectorSpecies<Long> L = S.withLanes(long.class);
    private static final long LOW = 0xFFFFFFFFL;
    private static final long[] LANE_NUMBERS = new long[BLOCKS];
    private static final float LN2 = (float) Math.log(2);
    /** Bits of √½: a mantissa is taken from [√½, √2), where its logarithm's series converges fastest. */
    private static final int SQRT_HALF_BITS = 0x3F3504F3;
    private static final int EIGHTH_TURN = 1 << 29;
    private static final float RADIANS = (float) (2 * Math.PI * 0x1p-32);

    static {
        for (int i = 0; i < BLOCKS; i++) {
            LANE_NUMBERS[i] = i;
        }
    }

    private final long[] wide = new long[4 * BLOCKS];
    private final int[] words = new int[4 * BLOCKS];

    /**
     * Writes the deviates of counters (first + j, c1, c2, c3), j = 0 … {@value #BLOCKS}−1, under key (k0, k1): number
     * q = 0 … 3 of block j goes to {@code out[at + q·}{@value #BLOCKS}{@code  + j]}.
     */
    void write(int first, int c1, int c2, int c3, int k0, int k1, float[] out, int at) {
        for (int j = 0; j < BLOCKS; j += L.length()) {
            philox(first, j, c1, c2, c3, k0, k1);
        }
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) wide[i];
        }
        for (int j = 0; j < BLOCKS; j += S.length()) {
            boxMuller(words, j, j + BLOCKS, out, at);
            boxMuller(words, j + 2 * BLOCKS, j + 3 * BLOCKS, out, at);
        }
    }

    /** {@link Philox#block} in every lane; a word lies in the lower half of a long. */
    private void philox(int first, int j, int c1, int c2, int c3, int k0, int k1) {
        LongVector x0 = LongVector.fromArray(L, LANE_NUMBERS, j).add(first & LOW).and(LOW);
        LongVector x1 = LongVector.broadcast(L, c1 & LOW);
        LongVector x2 = LongVector.broadcast(L, c2 & LOW);
        LongVector x3 = LongVector.broadcast(L, c3 & LOW);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            LongVector product0 = x0.mul(Philox.MULTIPLIER_0);
            LongVector product1 = x2.mul(Philox.MULTIPLIER_1);
            x0 = product1.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, x1)
                    .lanewise(VectorOperators.XOR, (k0 + round * Philox.WEYL_0) & LOW);
            x2 = product0.lanewise(VectorOperators.LSHR, 32).lanewise(VectorOperators.XOR, x3)
                    .lanewise(VectorOperators.XOR, (k1 + round * Philox.WEYL_1) & LOW);
            x1 = product1.and(LOW);
            x3 = product0.and(LOW);
        }
        x0.intoArray(wide, j);
        x1.intoArray(wide, j + BLOCKS);
        x2.intoArray(wide, j + 2 * BLOCKS);
        x3.intoArray(wide, j + 3 * BLOCKS);
    }

    /** From words a and b to r·cos φ where a lay and r·sin φ where b lay. */
    private static void boxMuller(int[] words, int a, int b, float[] out, int at) {
        FloatVector radius = radius(IntVector.fromArray(I, words, a));
        IntVector turn = IntVector.fromArray(I, words, b);
        IntVector quarter = turn.add(EIGHTH_TURN).lanewise(VectorOperators.ASHR, 30);
        FloatVector x = toFloats(turn.sub(quarter.lanewise(VectorOperators.LSHL, 30))).mul(RADIANS);
        FloatVector sine = sine(x);
        FloatVector cosine = cosine(x);
        VectorMask<Float> swapped = isSet(quarter, 1);
        FloatVector cos = cosine.blend(sine, swapped).mul(radius);
        FloatVector sin = sine.blend(cosine, swapped).mul(radius);
        cos.blend(cos.neg(), isSet(quarter.add(1), 2)).intoArray(out, at + a);
        sin.blend(sin.neg(), isSet(quarter, 2)).intoArray(out, at + b);
    }

    private static VectorMask<Float> isSet(IntVector numbers, int bit) {
        return numbers.and(bit).compare(VectorOperators.NE, 0).cast(S);
    }

    private static FloatVector toFloats(IntVector numbers) {
        return (FloatVector) numbers.convertShape(VectorOperators.I2F, S, 0);
    }

    /** √(−2·ln u): u = 2ᵉ·m, and ln m = 2·artanh s = 2s + 2s³/3 + 2s⁵/5 + …, s = (m − 1)/(m + 1), |s| ≤ 0.1716. */
    private static FloatVector radius(IntVector word) {
        FloatVector u = toFloats(word.lanewise(VectorOperators.LSHR, 1))
                .fma(FloatVector.broadcast(S, 0x1p-31f), FloatVector.broadcast(S, 0x1p-32f));
        IntVector bits = u.reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
        FloatVector m = bits.sub(exponent.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
        FloatVector s = m.sub(1).div(m.add(1));
        FloatVector squared = s.mul(s);
        FloatVector series = FloatVector.broadcast(S, 2 / 9f)
                .fma(squared, FloatVector.broadcast(S, 2 / 7f))
                .fma(squared, FloatVector.broadcast(S, 2 / 5f))
                .fma(squared, FloatVector.broadcast(S, 2 / 3f))
                .fma(squared, FloatVector.broadcast(S, 2));
        FloatVector logarithm = toFloats(exponent).fma(FloatVector.broadcast(S, LN2), s.mul(series));
        return logarithm.mul(-2).sqrt();
    }

    /** Taylor's series up to x⁹, |x| ≤ π/4. */
    private static FloatVector sine(FloatVector x) {
        FloatVector squared = x.mul(x);
        return FloatVector.broadcast(S, 1 / 362880f)
                .fma(squared, FloatVector.broadcast(S, -1 / 5040f))
                .fma(squared, FloatVector.broadcast(S, 1 / 120f))
                .fma(squared, FloatVector.broadcast(S, -1 / 6f))
                .mul(squared).fma(x, x);
    }

    /** Taylor's series up to x¹⁰, |x| ≤ π/4. */
    private static FloatVector cosine(FloatVector x) {
        FloatVector squared = x.mul(x);
        return FloatVector.broadcast(S, -1 / 3628800f)
                .fma(squared, FloatVector.broadcast(S, 1 / 40320f))
                .fma(squared, FloatVector.broadcast(S, -1 / 720f))
                .fma(squared, FloatVector.broadcast(S, 1 / 24f))
                .fma(squared, FloatVector.broadcast(S, -1 / 2f))
                .fma(squared, FloatVector.broadcast(S, 1));
    }
}
