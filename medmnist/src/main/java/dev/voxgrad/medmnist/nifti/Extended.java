package dev.voxgrad.medmnist.nifti;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Represents a number of the extended format of x86 processors, with 64 significant bits: each operation is exact and
 * then rounded to the nearest number, ties to even. nibabel computes in it, so affines are equal to the last bit.
 * Slow, and meant for a few dozen operations; exponents have no bounds.
 */
record Extended(BigDecimal value) {
    private static final int BITS = 64;
    /** More than three times as many digits as the format has, for quotients and roots before they are rounded. */
    private static final MathContext DIGITS = new MathContext(64);

    /** Returns a finite double, exactly. */
    static Extended of(double value) {
        return new Extended(new BigDecimal(value));
    }

    Extended plus(Extended other) {
        return rounded(value.add(other.value));
    }

    Extended minus(Extended other) {
        return rounded(value.subtract(other.value));
    }

    Extended times(Extended other) {
        return rounded(value.multiply(other.value));
    }

    Extended dividedBy(Extended other) {
        return rounded(value.divide(other.value, DIGITS));
    }

    Extended root() {
        return rounded(value.sqrt(DIGITS));
    }

    /** Returns the nearest double. */
    double toDouble() {
        return value.doubleValue();
    }

    private static Extended rounded(BigDecimal exact) {
        if (exact.signum() == 0) {
            return new Extended(BigDecimal.ZERO);
        }
        int exponent = exponent(exact.abs());
        BigInteger significand = scaled(exact, BITS - 1 - exponent)
                .setScale(0, RoundingMode.HALF_EVEN)
                .toBigIntegerExact();
        return new Extended(
                scaled(new BigDecimal(significand), exponent - BITS + 1).stripTrailingZeros());
    }

    /** Returns the exponent e with 2ᵉ ≤ {@code value} < 2ᵉ⁺¹. */
    private static int exponent(BigDecimal value) {
        BigInteger whole = value.toBigInteger();
        if (whole.signum() > 0) {
            return whole.bitLength() - 1;
        }
        int shift = 4 * (value.scale() - value.precision() + 1);
        return scaled(value, shift).toBigInteger().bitLength() - 1 - shift;
    }

    /** Returns {@code value} times 2 to the power of {@code exponent}, exactly. */
    private static BigDecimal scaled(BigDecimal value, int exponent) {
        BigDecimal power = new BigDecimal(BigInteger.TWO.pow(Math.abs(exponent)));
        return exponent >= 0 ? value.multiply(power) : value.divide(power);
    }
}
