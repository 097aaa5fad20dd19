package dev.voxgrad.medmnist.importing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Makes volumes of a set from scans: reads a scan, turns it to the patient's axes, clamps its values to the window,
 * resamples it, and spreads the window over 0 to 255. Every scan is handled on its own, so this can be used by several
 * threads at once, and for scans that come after the set was made.
 */
public final class ScanPreparer {
    private final PrepareSettings settings;
    private final WindowRule rule;
    private final int[] size;

    /** Creates a preparer with the settings of a set. */
    public ScanPreparer(PrepareSettings settings) {
        this.settings = settings;
        this.rule = settings.windowRule();
        this.size = settings.size().stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Makes a volume from a file.
     *
     * @param file {@code .nii}, {@code .nii.gz}, one of a pair {@code .hdr} and {@code .img}, or {@code .npy}
     * @throws DataFileException if it can't be read, has other channels than the set, or contains NaN that the settings
     *     do not replace
     */
    public PreparedVolume prepare(Path file) {
        Scan scan = Scan.read(file);
        if (scan.channels().length != settings.channels()) {
            throw new DataFileException(
                    file.toString(),
                    "has " + scan.channels().length + " channels; expected " + settings.channels()
                            + ", as the first scan has. Leave it out, or give all scans the same channels");
        }
        boolean nearest = rule.kind() == WindowRule.Kind.MASK;
        Resampling resampling = new Resampling(scan, size, settings.spacing(), nearest);
        List<Window> windows = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.allocate(
                        settings.elements() * settings.type().bytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int channel = 0; channel < settings.channels(); channel++) {
            float[] values = scan.channels()[channel];
            requireFinite(values, file);
            Window window = window(values);
            float[] resampled = resampling.apply(clamped(values, window), padding(values, window));
            store(resampled, window, channel, bytes);
            if (window != null) {
                windows.add(window);
            }
        }
        return new PreparedVolume(bytes.array(), withoutValues(scan), resampling, windows);
    }

    private static Scan withoutValues(Scan scan) {
        return new Scan(scan.shape(), scan.spacing(), scan.orientation(), scan.affine(), new float[0][]);
    }

    private void requireFinite(float[] values, Path file) {
        int bad = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                bad++;
                values[i] = settings.nanAs() == null ? values[i] : (float) (double) settings.nanAs();
            }
        }
        if (bad > 0 && settings.nanAs() == null) {
            throw new DataFileException(
                    file.toString(),
                    "has " + bad + " voxels that are NaN or infinite; expected finite values. Say what they become: "
                            + "--nan-as 0, or another value of the background");
        }
    }

    private @Nullable Window window(float[] values) {
        return switch (rule.kind()) {
            case FIXED -> rule.fixed();
            case PERCENTILE -> Percentiles.window(values);
            case BYTES, MASK, NONE -> null;
        };
    }

    /** Clamps values before they are averaged, so that metal does not brighten its surroundings. */
    private float[] clamped(float[] values, @Nullable Window window) {
        boolean mask = rule.kind() == WindowRule.Kind.MASK;
        for (int i = 0; i < values.length && (mask || window != null); i++) {
            values[i] = window == null
                    ? values[i] == 0 ? 0 : 255
                    : Math.clamp(values[i], (float) window.low(), (float) window.high());
        }
        return values;
    }

    /** Returns the value outside the field of view: black, or the smallest value if values are kept. */
    private float padding(float[] values, @Nullable Window window) {
        if (window != null) {
            return (float) window.low();
        }
        float least = rule.kind() == WindowRule.Kind.NONE ? Float.POSITIVE_INFINITY : 0;
        for (int i = 0; i < values.length && rule.kind() == WindowRule.Kind.NONE; i++) {
            least = Math.min(least, values[i]);
        }
        return least;
    }

    private void store(float[] values, @Nullable Window window, int channel, ByteBuffer bytes) {
        for (int i = 0; i < values.length; i++) {
            int at = i * settings.channels() + channel;
            switch (settings.type()) {
                case UINT8 -> bytes.put(at, grey(values[i], window == null ? Window.BYTES : window));
                case INT16 -> bytes.putShort(2 * at, (short) Math.rint(values[i]));
                case FLOAT32 -> bytes.putFloat(4 * at, values[i]);
            }
        }
    }

    /** Spreads a window evenly over 0 to 255, rounded to the nearest. */
    private static byte grey(double value, Window window) {
        double inside = (value - window.low()) / (window.high() - window.low());
        return (byte) (int) Math.rint(Math.clamp(inside, 0.0, 1.0) * 255);
    }
}
