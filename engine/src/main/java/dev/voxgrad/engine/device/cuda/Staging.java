package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Owned;
import dev.voxgrad.engine.cuda.driver.PinnedBuffer;

/**
 * Copies between the host's arrays and a card by way of pinned memory. An upload returns when the array was copied to
 * pinned memory, and the card fetches it from there when its stream comes to it. The pinned memory is a ring of
 * segments; one is filled again when the card has fetched all that it held.
 */
public final class Staging implements AutoCloseable {
    private static final int SEGMENTS = 4;
    private static final int SEGMENT_BYTES = 4 << 20;
    /** Where a piece begins: the widest number's width, and a cache line. */
    private static final int ALIGNMENT = 64;

    private final CudaStream stream;
    private final Owned owned = new Owned();
    private final PinnedBuffer[] segments = new PinnedBuffer[SEGMENTS];
    private final CudaEvent[] fetched = new CudaEvent[SEGMENTS];
    private final PinnedBuffer answers;
    private int segment;
    private int used;

    public Staging(CudaDriver driver, CudaStream stream) {
        this.stream = stream;
        try {
            for (int i = 0; i < SEGMENTS; i++) {
                segments[i] = owned.add(new PinnedBuffer(driver, SEGMENT_BYTES), PinnedBuffer::close);
                fetched[i] = owned.add(CudaEvent.forOrder(driver), CudaEvent::close);
            }
            answers = owned.add(new PinnedBuffer(driver, SEGMENT_BYTES), PinnedBuffer::close);
        } catch (RuntimeException e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** Copies the first {@code length} numbers to the card. */
    void upload(HostArray numbers, int length, DeviceBuffer to) {
        int each = (int) numbers.bytes(1);
        int done = 0;
        while (done < length) {
            if (SEGMENT_BYTES - used < each) {
                nextSegment();
            }
            int count = Math.min(length - done, (SEGMENT_BYTES - used) / each);
            // A piece that a fresh segment would hold whole is not cut in two.
            if (count < length - done && used > 0) {
                nextSegment();
                continue;
            }
            numbers.copyTo(segments[segment].bytes().position(used), done, count);
            long bytes = numbers.bytes(count);
            stream.upload(segments[segment], used, to.slice(numbers.bytes(done), bytes));
            used = Math.ceilDiv(used + (int) bytes, ALIGNMENT) * ALIGNMENT;
            done += count;
        }
    }

    private void nextSegment() {
        stream.record(fetched[segment]);
        segment = (segment + 1) % SEGMENTS;
        fetched[segment].synchronize();
        used = 0;
    }

    /** Takes {@code count} numbers out of a buffer, for the places from {@code at} on. */
    interface Reader {
        void read(ByteBuffer bytes, int at, int count);
    }

    /** Hands the card's first {@code length} numbers of so many bytes each to a reader, and waits for them. */
    void download(DeviceBuffer from, int length, int each, Reader reader) {
        int most = SEGMENT_BYTES / each;
        for (int done = 0; done < length; done += most) {
            int count = Math.min(most, length - done);
            stream.download(from.slice((long) each * done, (long) each * count), answers, 0);
            stream.synchronize();
            reader.read(answers.bytes().position(0).slice().order(ByteOrder.nativeOrder()), done, count);
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
