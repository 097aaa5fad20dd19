package dev.voxgrad.medmnist.data.check;

/**
 * Sums up one volume while its values pass by, in any order.
 *
 * <p>Two volumes count as equal if they have the same values at the same places, whatever their types: {@code content}
 * is a sum over all values v at places p of h(v, p) and of h(v, p)·(2p + 1), both of 64 bits, where h is the finalizer
 * of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Sums do not depend on the order, so that arrays in Fortran order
 * take one pass, too. Different volumes have the same 128 bits with a probability of about 2⁻¹²⁸, unless they were made
 * to.
 */
final class VolumeStatistics {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private long notFinite;
    private long first;
    private long second;

    /** Identifies the content of a volume, by which equal ones are found. */
    record Content(long first, long second) {}

    /** Adds the value at a place, from 0. */
    void add(double value, long place) {
        if (Double.isFinite(value)) {
            least = Math.min(least, value);
            greatest = Math.max(greatest, value);
        } else {
            notFinite++;
        }
        long hash = mix(Double.doubleToLongBits(value + 0.0) + GOLDEN * (place + 1));
        first += hash;
        second += hash * (2 * place + 1);
    }

    private static long mix(long value) {
        long z = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /** Returns the smallest finite value; infinite if there is none. */
    double least() {
        return least;
    }

    /** Returns the largest finite value; infinite if there is none. */
    double greatest() {
        return greatest;
    }

    /** Returns the difference between the largest and the smallest value. */
    double range() {
        return greatest - least;
    }

    /** Returns the number of values that are NaN or infinite. */
    long notFinite() {
        return notFinite;
    }

    /** Returns whether all values are equal. */
    boolean isBlank() {
        return notFinite == 0 && least == greatest;
    }

    Content content() {
        return new Content(first, second);
    }
}
