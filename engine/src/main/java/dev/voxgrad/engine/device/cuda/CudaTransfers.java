package dev.voxgrad.engine.device.cuda;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;

/**
 * Transfers values between the host, where they are float32 or double, and a GPU, where activations may be bfloat16.
 * While a step is captured, uploads are the step's inputs, and nothing can be read back.
 */
public final class CudaTransfers {
    private final CudaDevice device;
    private final Staging staging;
    private @Nullable CapturedStep captured;

    /** Creates the transfers of a device. */
    public CudaTransfers(CudaDevice device, Staging staging) {
        this.device = device;
        this.staging = staging;
    }

    /** Reports uploads and effects to that step from now on; null for none. */
    void captureFor(@Nullable CapturedStep step) {
        captured = step;
    }

    private @Nullable CapturedStep capturing() {
        return captured != null && captured.isCapturing() ? captured : null;
    }

    /** Does the same as {@link Device#hostEffect}. */
    public void hostEffect(Runnable effect) {
        CapturedStep step = capturing();
        if (step != null) {
            step.atEachReplay(effect);
        } else {
            effect.run();
        }
    }

    /** Copies values to a storage, in its type. */
    public void write(float[] from, CudaStorage to) {
        if (to.type() == ElementType.FLOAT32) {
            upload(HostArray.of(from), to.elements(), to.buffer());
            return;
        }
        DeviceBuffer floats = device.borrow(4L * to.elements());
        upload(HostArray.of(from), to.elements(), floats);
        device.convert(floats, ElementType.FLOAT32, to);
        device.giveBack(floats);
    }

    /** Rounds values to float32 and copies them to a storage, in its type. */
    public void write(double[] from, CudaStorage to) {
        float[] rounded = new float[to.elements()];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) from[i];
        }
        write(rounded, to);
    }

    /** Copies the first {@code length} values to the GPU: now, or at each replay of the step that is being captured. */
    public void upload(HostArray values, int length, DeviceBuffer to) {
        if (captured == null || !captured.takes(values, length, to)) {
            staging.upload(values, length, to);
        }
    }

    /** Copies a storage's values to the host. */
    public void read(CudaStorage from, float[] to) {
        if (from.type() == ElementType.FLOAT32) {
            read(from.buffer(), from.elements(), to);
            return;
        }
        DeviceBuffer floats = device.converted(from, ElementType.FLOAT32);
        read(floats, from.elements(), to);
        device.giveBack(floats);
    }

    private void read(DeviceBuffer from, int elements, float[] to) {
        download(
                from,
                elements,
                Float.BYTES,
                (bytes, at, count) -> bytes.asFloatBuffer().get(to, at, count));
    }

    /** Copies a storage's values to the host. */
    public void read(CudaStorage from, double[] to) {
        float[] values = new float[from.elements()];
        read(from, values);
        for (int i = 0; i < values.length; i++) {
            to[i] = values[i];
        }
    }

    /** Copies doubles to the host. */
    public void read(DeviceBuffer from, double[] to) {
        download(
                from,
                to.length,
                Double.BYTES,
                (bytes, at, count) -> bytes.asDoubleBuffer().get(to, at, count));
    }

    private void download(DeviceBuffer from, int length, int each, Staging.Reader reader) {
        if (capturing() != null) {
            throw new IllegalStateException("cuda: values can't be read back inside a captured step");
        }
        staging.download(from, length, each, reader);
    }
}
