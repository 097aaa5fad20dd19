package dev.voxgrad.engine.op.conv3d;

/**
 * Divides the output channels of an ACS convolution between its three views: axial, coronal and sagittal, in this
 * order.
 *
 * @param a number of channels whose kernels are in the planes H×W
 * @param c number of channels whose kernels are in the planes D×W
 * @param s number of channels whose kernels are in the planes D×H
 */
public record AcsSplit(int a, int c, int s) {
    public AcsSplit {
        if (a < 0 || c < 0 || s < 0) {
            throw new IllegalArgumentException("acs split: " + a + ", " + c + ", " + s + " has a negative part");
        }
    }

    /** Returns thirds of that many channels; the first ones are larger where three does not divide them. */
    public static AcsSplit thirds(int channels) {
        return new AcsSplit(Math.ceilDiv(channels, 3), Math.ceilDiv(channels - 1, 3), Math.ceilDiv(channels - 2, 3));
    }

    /** Returns the number of channels of all views together. */
    public int channels() {
        return Math.addExact(Math.addExact(a, c), s);
    }

    /** Returns the view of output channel {@code o}: 0 axial, 1 coronal, 2 sagittal. */
    public int view(int o) {
        if (o < a) {
            return 0;
        }
        return o < a + c ? 1 : 2;
    }

    /** Returns the number of channels of a view. */
    public int count(int view) {
        return switch (view) {
            case 0 -> a;
            case 1 -> c;
            default -> s;
        };
    }

    /** Returns the first output channel of a view. */
    public int first(int view) {
        return switch (view) {
            case 0 -> 0;
            case 1 -> a;
            default -> a + c;
        };
    }
}
