package dev.voxgrad.engine.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/**
 * A card's memory for one stream: what is given back is kept and handed out again, so that a training step allocates
 * nothing after the first. Sizes are rounded up to classes, eight for each power of two, so that shapes which differ
 * a little share memory and at most an eighth is lost.
 *
 * <p>Memory is handed out again while the card may still be reading it: the next use comes later in the same stream.
 *
 * <p>A captured graph keeps its addresses, and so its memory: what is taken between {@link #beginGraph} and
 * {@link #endGraph} comes from a pool that graphs alone use. They run one after the other and share it.
 */
public final class DeviceAllocator implements AutoCloseable {
    private static final int SMALLEST = 512;
    private static final int CLASS_BITS = 3;

    private final CudaDriver driver;
    private final Pool ordinary = new Pool();
    private final Pool graphs = new Pool();
    private final Map<Long, Block> taken = new HashMap<>();
    private Pool current = ordinary;
    private long allocatedBytes;
    private final Queue<DeviceBuffer> garbage = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Free memory by size. */
    private static final class Pool {
        private final Map<Long, Deque<DevicePointer>> free = new HashMap<>();

        DevicePointer take(long size) {
            Deque<DevicePointer> pointers = free.get(size);
            return pointers == null ? null : pointers.pollFirst();
        }

        void give(long size, DevicePointer pointer) {
            free.computeIfAbsent(size, _ -> new ArrayDeque<>()).addFirst(pointer);
        }
    }

    /** Memory that is in use. */
    private record Block(Pool pool, long size, DevicePointer pointer) {}

    public DeviceAllocator(CudaDriver driver) {
        this.driver = driver;
    }

    /**
     * Memory of that many bytes, contents unspecified.
     *
     * @throws DeviceMemoryException if the card has no more; everything else stays as it was
     */
    public DeviceBuffer take(long bytes) {
        for (DeviceBuffer buffer = garbage.poll(); buffer != null; buffer = garbage.poll()) {
            give(buffer);
        }
        long size = sizeClass(bytes);
        DevicePointer pointer = current.take(size);
        if (pointer == null) {
            pointer = allocate(size);
        }
        taken.put(pointer.address(), new Block(current, size, pointer));
        return new DeviceBuffer(pointer, bytes);
    }

    /** As {@link #take}, for memory that is never given back and that no graph owns. */
    public DeviceBuffer takeForGood(long bytes) {
        Pool before = current;
        current = ordinary;
        try {
            return take(bytes);
        } finally {
            current = before;
        }
    }

    /** Takes memory back for later use on the same stream. */
    public void give(DeviceBuffer buffer) {
        Block block = taken.remove(buffer.address());
        if (block == null) {
            throw new IllegalStateException("device memory: given back twice, or never taken here");
        }
        block.pool.give(block.size, block.pointer);
    }

    /** A call that works with scratch memory, and returns its status. */
    public interface ScratchCall {
        int call(DeviceBuffer scratch);
    }

    /** Scratch memory of that many bytes for as long as {@code call} queues work with it; returns its status. */
    public int with(long bytes, ScratchCall call) {
        DeviceBuffer scratch = take(bytes);
        try {
            return call.call(scratch);
        } finally {
            give(scratch);
        }
    }

    /** Takes memory back before the next is taken; may be called by any thread, and after the end. */
    public void giveLater(DeviceBuffer buffer) {
        if (!closed) {
            garbage.add(buffer);
        }
    }

    /** From here on memory comes from the graphs' pool. */
    public void beginGraph() {
        current = graphs;
    }

    /** From here on memory comes from the ordinary pool again. */
    public void endGraph() {
        current = ordinary;
    }

    /** Bytes of the card that this allocator holds, in use or not. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Bytes that are in use. */
    public long usedBytes() {
        return taken.values().stream().mapToLong(Block::size).sum();
    }

    /** Gives all memory that isn't in use back to the card. */
    public void trim() {
        driver.bind();
        free(ordinary);
        free(graphs);
    }

    private void free(Pool pool) {
        pool.free.forEach((size, pointers) -> {
            for (DevicePointer pointer : pointers) {
                CudaDriver.check("cuMemFree", JCudaDriver.cuMemFree(pointer));
                allocatedBytes -= size;
            }
        });
        pool.free.clear();
    }

    /** Gives everything back to the card, in use or not: at the end of a device. */
    @Override
    public void close() {
        closed = true;
        garbage.clear();
        taken.values().forEach(block -> block.pool.give(block.size, block.pointer));
        taken.clear();
        trim();
    }

    private DevicePointer allocate(long size) {
        driver.bind();
        DevicePointer pointer = new DevicePointer();
        int status = JCudaDriver.cuMemAlloc(pointer, size);
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            // What lies here unused in other sizes may be enough; no kernel is at work on it once it is freed.
            free(ordinary);
            status = JCudaDriver.cuMemAlloc(pointer, size);
        }
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new DeviceMemoryException(String.format(
                    Locale.ROOT,
                    "the GPU's memory is full: %s were asked for, "
                            + "%s of %s are free, and this process holds %s; lower --batch-size, or use a smaller net or "
                            + "--precision bf16",
                    inWords(size),
                    inWords(driver.freeBytes()),
                    inWords(driver.totalBytes()),
                    inWords(allocatedBytes)));
        }
        CudaDriver.check("cuMemAlloc of " + size + " bytes", status);
        allocatedBytes += size;
        return pointer;
    }

    private static String inWords(long bytes) {
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%,d bytes", bytes)
                : String.format(Locale.ROOT, "%,.1f MiB", bytes / (double) (1 << 20));
    }

    /** The smallest class that holds that many bytes. */
    static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >> CLASS_BITS);
        return Math.ceilDiv(bytes, step) * step;
    }
}
