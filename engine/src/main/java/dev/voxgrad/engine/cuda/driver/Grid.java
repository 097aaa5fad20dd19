package dev.voxgrad.engine.cuda.driver;

/** How many blocks of how many threads a kernel is launched with. */
public record Grid(int blocksX, int blocksY, int blocksZ, int threads) {
    /** Threads of a block where nothing else is asked for. */
    public static final int THREADS = 256;

    /** A thread for each of that many elements. */
    public static Grid of(long elements) {
        return new Grid(Math.toIntExact(Math.ceilDiv(Math.max(elements, 1), THREADS)), 1, 1, THREADS);
    }

    /** That many blocks in a row. */
    public static Grid blocks(int blocks, int threads) {
        return new Grid(blocks, 1, 1, threads);
    }
}
