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
import org.jspecify.annotations.Nullable;

/**
 * Allocates a GPU's memory for one stream, and reuses what is given back, so that a training step allocates nothing
 * after the first one. Sizes are rounded up to classes, eight for each power of two, so that shapes of slightly
 * different size share memory and up to one eighth is wasted.
 *
 * <p>Memory is reused while the GPU may still be reading it: the next use comes later in the same stream.
 *
 * <p>A captured graph keeps its addresses, and so its memory: what is taken between {@link #beginGraph} and
 * {@link #endGraph} comes from a pool that only graphs use. They run one after another and share it.
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

    /** Keeps free memory by size. */
    private static final class Pool {
        private final Map<Long, Deque<DevicePointer>> free = new HashMap<>();

        @Nullable
        DevicePointer take(long size) {
            Deque<DevicePointer> pointers = free.get(size);
            return pointers == null ? null : pointers.pollFirst();
        }

        void give(long size, DevicePointer pointer) {
            free.computeIfAbsent(size, _ -> new ArrayDeque<>()).addFirst(pointer);
        }
    }

    /** Describes memory that is in use. */
    private record Block(Pool pool, long size, DevicePointer pointer) {}

    public DeviceAllocator(CudaDriver driver) {
        this.driver = driver;
    }

    /**
     * Returns memory of that many bytes, contents unspecified.
     *
     * @throws DeviceMemoryException if the GPU's memory is full; nothing else changes
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

    /** Does the same as {@link #take}, for memory that is never given back and that no graph owns. */
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
            throw new IllegalStateException("device memory: given back twice, or not taken from this allocator");
        }
        block.pool.give(block.size, block.pointer);
    }

    /** Makes a call that uses scratch memory, and returns its status. */
    public interface ScratchCall {
        int call(DeviceBuffer scratch);
    }

    /** Provides scratch memory of that many bytes while {@code call} queues work that uses it; returns its status. */
    public int with(long bytes, ScratchCall call) {
        DeviceBuffer scratch = take(bytes);
        try {
            return call.call(scratch);
        } finally {
            give(scratch);
        }
    }

    /** Takes memory back at the next {@link #take}; any thread may call this, even after {@link #close}. */
    public void giveLater(DeviceBuffer buffer) {
        if (!closed) {
            garbage.add(buffer);
        }
    }

    /** Takes memory from the graphs' pool from now on. */
    public void beginGraph() {
        current = graphs;
    }

    /** Takes memory from the ordinary pool again. */
    public void endGraph() {
        current = ordinary;
    }

    /** Returns the bytes of the GPU's memory that this allocator occupies, in use or not. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Returns the bytes that are in use. */
    public long usedBytes() {
        return taken.values().stream().mapToLong(Block::size).sum();
    }

    /** Returns all memory that is not in use to the GPU. */
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

    /** Returns all memory to the GPU, in use or not. */
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
            // Unused memory of other sizes may be enough; no kernel still uses it once it is freed.
            free(ordinary);
            status = JCudaDriver.cuMemAlloc(pointer, size);
        }
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw new DeviceMemoryException(String.format(
                    Locale.ROOT,
                    "the GPU's memory is full: %s were requested, "
                            + "%s of %s are free, and this process occupies %s; lower --batch-size, or use a smaller net "
                            + "or --precision bf16",
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

    /** Returns the size of the smallest class with at least that many bytes. */
    static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >> CLASS_BITS);
        return Math.ceilDiv(bytes, step) * step;
    }
}
