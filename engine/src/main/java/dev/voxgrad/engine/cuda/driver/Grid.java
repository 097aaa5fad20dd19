package dev.voxgrad.engine.cuda.driver;

/** Holds the number of blocks and of threads per block that a kernel is launched with. */
public record Grid(int blocksX, int blocksY, int blocksZ, int threads) {
    /** Threads of a block, unless specified otherwise. */
    public static final int THREADS = 256;

    /** Returns a grid with a thread for each of that many elements. */
    public static Grid of(long elements) {
        return new Grid(Math.toIntExact(Math.ceilDiv(Math.max(elements, 1), THREADS)), 1, 1, THREADS);
    }

    /** Returns a grid of that many blocks in a row. */
    public static Grid blocks(int blocks, int threads) {
        return new Grid(blocks, 1, 1, threads);
    }
}
