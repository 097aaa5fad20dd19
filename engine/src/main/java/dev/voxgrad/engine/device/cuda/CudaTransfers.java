package dev.voxgrad.engine.device.cuda;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;

/**
 * Numbers on their way between the host, where they are float32 or double, and a card, where activations may be
 * bfloat16. While a step is captured, what goes to the card are the step's inputs, and nothing comes back.
 */
public final class CudaTransfers {
    private final CudaDevice device;
    private final Staging staging;
    private CapturedStep captured;

    public CudaTransfers(CudaDevice device, Staging staging) {
        this.device = device;
        this.staging = staging;
    }

    /** Reports uploads and effects to that step from now on; null for none. */
    void captureFor(CapturedStep step) {
        captured = step;
    }

    private boolean isCapturing() {
        return captured != null && captured.isCapturing();
    }

    /** As {@link Device#hostEffect}. */
    public void hostEffect(Runnable effect) {
        if (isCapturing()) {
            captured.atEachReplay(effect);
        } else {
            effect.run();
        }
    }

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

    public void write(double[] from, CudaStorage to) {
        float[] rounded = new float[to.elements()];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) from[i];
        }
        write(rounded, to);
    }

    /** Copies the first {@code length} numbers to the card: now, or at each replay of the step that is being captured. */
    public void upload(HostArray numbers, int length, DeviceBuffer to) {
        if (captured == null || !captured.takes(numbers, length, to)) {
            staging.upload(numbers, length, to);
        }
    }

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

    public void read(CudaStorage from, double[] to) {
        float[] values = new float[from.elements()];
        read(from, values);
        for (int i = 0; i < values.length; i++) {
            to[i] = values[i];
        }
    }

    public void read(DeviceBuffer from, double[] to) {
        download(
                from,
                to.length,
                Double.BYTES,
                (bytes, at, count) -> bytes.asDoubleBuffer().get(to, at, count));
    }

    private void download(DeviceBuffer from, int length, int each, Staging.Reader reader) {
        if (isCapturing()) {
            throw new IllegalStateException("cuda: values can't be read back inside of a captured step");
        }
        staging.download(from, length, each, reader);
    }
}
