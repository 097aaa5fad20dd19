package dev.voxgrad.medmnist.importing;

import java.util.Arrays;
import java.util.List;

import dev.voxgrad.medmnist.data.Window;

/** Holds a volume that is ready for a set, and how it came to be. */
public final class PreparedVolume {
    private final byte[] bytes;
    private final Scan scan;
    private final Resampling resampling;
    private final List<Window> windows;

    /**
     * Creates a volume.
     *
     * @param scan without its values
     * @param windows of the channels; empty if there are none
     */
    PreparedVolume(byte[] bytes, Scan scan, Resampling resampling, List<Window> windows) {
        this.bytes = bytes;
        this.scan = scan;
        this.resampling = resampling;
        this.windows = windows;
    }

    /** Returns the values (X, Y, Z, C), little-endian, of the type in the settings; not a copy. */
    public byte[] bytes() {
        return bytes;
    }

    /** Returns whether all bytes are equal: such a volume has no contrast. */
    boolean isBlank() {
        for (byte one : bytes) {
            if (one != bytes[0]) {
                return false;
            }
        }
        return true;
    }

    /** Returns the record of where this volume came from, without patient and label. */
    VolumeOrigin origin(String file) {
        return new VolumeOrigin(
                file,
                null,
                List.of(),
                Arrays.stream(scan.shape()).boxed().toList(),
                boxed(scan.spacing()),
                scan.orientation(),
                scan.affine() == null ? null : boxed(scan.affine().rows()),
                resampling.distance(),
                Arrays.stream(resampling.field()).map(PreparedVolume::boxed).toList(),
                windows.stream()
                        .map(window -> List.of(window.low(), window.high()))
                        .toList());
    }

    private static List<Double> boxed(double... values) {
        return Arrays.stream(values).boxed().toList();
    }
}
