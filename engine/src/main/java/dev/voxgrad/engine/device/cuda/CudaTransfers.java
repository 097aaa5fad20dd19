package dev.voxgrad.engine.device.cuda;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;

/**
 * Numbers on their way between the host, where they are float32 or double, and a card, where activations may be
 * bfloat16. While a step is recorded, what goes to the card are the step's inputs, and nothing comes back.
 */
public final class CudaTransfers {
    private final CudaDevice device;
    private final Staging staging;
    private CapturedStep recording;

    public CudaTransfers(CudaDevice device, Staging staging) {
        this.device = device;
        this.staging = staging;
    }

    /** Tells that step of uploads and effects until it is told otherwise; null for none. */
    void recordFor(CapturedStep step) {
        recording = step;
    }

    private boolean isWritingDown() {
        return recording != null && recording.isWritingDown();
    }

    /** As {@link Device#hostEffect}. */
    public void hostEffect(Runnable effect) {
        if (isWritingDown()) {
            recording.repeat(effect);
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

    /** Copies the first {@code length} numbers to the card: now, or at each replay of the step that is recorded. */
    public void upload(HostArray numbers, int length, DeviceBuffer to) {
        if (recording == null || !recording.takes(numbers, length, to)) {
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
        if (isWritingDown()) {
            throw new IllegalStateException("cuda: numbers can't be read back inside of a recorded step");
        }
        staging.download(from, length, each, reader);
    }
}
