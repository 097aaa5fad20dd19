package dev.voxgrad.medmnist.augment;

import java.util.Locale;

/**
 * Describes a length along an axis of a volume: in voxels, or as a part of the axis, which suits every size.
 *
 * @param amount voxels, or a part of 1
 * @param relative whether it is a part of the axis
 */
public record Length(double amount, boolean relative) {
    public Length {
        if (!(amount >= 0 && Double.isFinite(amount))) {
            throw new IllegalArgumentException("length is " + amount + "; expected zero or more");
        }
    }

    public static Length voxels(double amount) {
        return new Length(amount, false);
    }

    /** Returns a part of the axis: 0.05 is a twentieth. */
    public static Length ofAxis(double part) {
        return new Length(part, true);
    }

    /** Returns the length in voxels on an axis of n voxels. */
    public double on(int n) {
        return relative ? amount * n : amount;
    }

    @Override
    public String toString() {
        return relative
                ? String.format(Locale.ROOT, "%s %% of the axis", Words.number(100 * amount))
                : Words.number(amount) + " voxels";
    }
}
