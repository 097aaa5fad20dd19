package dev.voxgrad.engine.op.conv3d.cpu.planar;

/**
 * Transforms the tiles of a pass, one vector of channels at a time. The kernels of each implementation are compiled on
 * their own: C2 stops inlining after 18,000 nodes, and vectors that are passed to a method that is not inlined become
 * objects.
 */
interface TileTransform {
    /** The number of floats of the scratch array that transforms need. */
    int SCRATCH = DeepTransforms.SCRATCH;

    /** Returns the transforms of a pass' tiles. */
    static TileTransform of(TilePass pass) {
        return WholeTiles.suits(pass) ? new WholeTiles(pass) : new DeepTransforms(pass);
    }

    /**
     * Transforms a tile's inputs.
     *
     * @param x the first input at x0, in a slab of that layout
     * @param to result: position p at to0 + p·step
     */
    void input(float[] x, int x0, SlabLayout layout, float[] scratch, float[] to, int to0, int step);

    /**
     * Transforms a tile's products to outputs.
     *
     * @param m position p at m0 + p·step
     * @param base values added to the results, from base0 on
     * @param adds whether base is a slab of that layout, too; otherwise, it has one vector for all outputs
     * @param y the result's first output at y0, in a slab of that layout
     */
    void output(
            float[] m,
            int m0,
            int step,
            float[] scratch,
            float[] base,
            int base0,
            boolean adds,
            float[] y,
            int y0,
            SlabLayout layout);

    /**
     * Transforms the gradient of a tile's outputs.
     *
     * @param y the first gradient at y0, in a slab of that layout
     * @param to result: position p at to0 + p·step
     */
    void gradient(float[] y, int y0, SlabLayout layout, float[] scratch, float[] to, int to0, int step);
}
