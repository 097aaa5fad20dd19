package dev.voxgrad.engine.random;

/**
 * Implements Philox4x32-10, a bijection that turns a 128-bit counter and a 64-bit key into 128 random bits.
 *
 * <p>It has no state, so any thread can compute the n-th value of any stream at any time and in any order. Source:
 * Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants and number of rounds
 * as given there.
 */
final class Philox {
    static final long MULTIPLIER_0 = 0xD2511F53L;
    static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** Key increments: the golden ratio and √3 − 1, as 32-bit fractions. */
    static final int WEYL_0 = 0x9E3779B9;

    static final int WEYL_1 = 0xBB67AE85;
    static final int ROUNDS = 10;

    private Philox() {}

    /** Writes the four random words for counter (c0, c1, c2, c3) under key (k0, k1) into {@code out}. */
    static void block(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
            long product1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c1 = (int) product1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }
}
