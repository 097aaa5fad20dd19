package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.voxgrad.engine.cuda.ResourceStack;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.PinnedBuffer;

/**
 * Copies between arrays of the host and a GPU through pinned memory. An upload returns as soon as the array is copied
 * to pinned memory; the GPU fetches it from there when its stream reaches that point. The pinned memory is a ring of
 * segments; a segment is reused once the GPU has fetched all of its contents.
 */
public final class Staging implements AutoCloseable {
    private static final int SEGMENTS = 4;
    private static final int SEGMENT_BYTES = 4 << 20;
    /** The alignment of a piece: a cache line, which suits the widest type. */
    private static final int ALIGNMENT = 64;

    private final CudaStream stream;
    private final ResourceStack owned = new ResourceStack();
    private final PinnedBuffer[] segments = new PinnedBuffer[SEGMENTS];
    private final CudaEvent[] fetched = new CudaEvent[SEGMENTS];
    private final PinnedBuffer results;
    private int segment;
    private int used;

    /** Allocates the pinned memory. */
    public Staging(CudaDriver driver, CudaStream stream) {
        this.stream = stream;
        try {
            for (int i = 0; i < SEGMENTS; i++) {
                segments[i] = owned.add(new PinnedBuffer(driver, SEGMENT_BYTES), PinnedBuffer::close);
                fetched[i] = owned.add(CudaEvent.forOrder(driver), CudaEvent::close);
            }
            results = owned.add(new PinnedBuffer(driver, SEGMENT_BYTES), PinnedBuffer::close);
        } catch (RuntimeException e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    /** Copies the first {@code length} values to the GPU. */
    void upload(HostArray values, int length, DeviceBuffer to) {
        int each = (int) values.bytes(1);
        int done = 0;
        while (done < length) {
            if (SEGMENT_BYTES - used < each) {
                nextSegment();
            }
            int count = Math.min(length - done, (SEGMENT_BYTES - used) / each);
            // A piece is not split before a fresh segment is tried.
            if (count < length - done && used > 0) {
                nextSegment();
                continue;
            }
            values.copyTo(segments[segment].bytes().position(used), done, count);
            long bytes = values.bytes(count);
            stream.upload(segments[segment], used, to.slice(values.bytes(done), bytes));
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

    /** Reads {@code count} values from a buffer, for the indices from {@code at} on. */
    interface Reader {
        void read(ByteBuffer bytes, int at, int count);
    }

    /** Passes the first {@code length} values, of {@code each} bytes, from the GPU to a reader; waits for them. */
    void download(DeviceBuffer from, int length, int each, Reader reader) {
        int most = SEGMENT_BYTES / each;
        for (int done = 0; done < length; done += most) {
            int count = Math.min(most, length - done);
            stream.download(from.slice((long) each * done, (long) each * count), results, 0);
            stream.synchronize();
            reader.read(results.bytes().position(0).slice().order(ByteOrder.nativeOrder()), done, count);
        }
    }

    @Override
    public void close() {
        owned.close();
    }
}
