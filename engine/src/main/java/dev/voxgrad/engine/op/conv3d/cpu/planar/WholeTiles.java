package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Transforms tiles of 4×4 outputs in a plane and several planes, of which most of a volume consists, as
 * {@link DeepTransforms} does. All values between two transforms are at distances that are constants of the code here.
 * C2 checks several accesses at constant distances against an array's length once, and needs no registers for the
 * distances: measured alone, the transforms of inputs and outputs take 0.78 of the time with vectors of 512 bits, and
 * 0.63 with 256.
 *
 * <p>Each common depth has a loop of its own in each method. Shared loops, those of {@link PlanarTransforms}, get
 * their distances as parameters as soon as C2 no longer inlines them; transforms of 4×4×4 tiles then took 1.04 to 1.5
 * of the time.
 */
record WholeTiles(TilePass pass) implements TileTransform {
    /** Outputs of a tile along both axes of a plane. */
    private static final int OUTPUTS = 4;

    private static final int L = Lanes.COUNT;
    /** The scratch array has the values between the transforms along two axes of a plane first, … */
    private static final int START = Lanes.ALIGNED_START;
    /** … then the transformed planes. */
    private static final int PLANES = PlanarTransforms.SCRATCH;
    /** Positions in a row of a tile, and rows of a plane. */
    private static final int SIDE = OUTPUTS + 2;

    private static final int ROW = SIDE * L;
    private static final int POSITIONS = SIDE * SIDE;
    private static final int PLANE = POSITIONS * L;

    /** Returns whether the tiles of a pass are computed here. */
    static boolean suits(TilePass pass) {
        return pass.depth() > 1 && pass.mu() == OUTPUTS && pass.mv() == OUTPUTS;
    }

    // -------------------------------------------------------------------------------------------------- input

    @Override
    public void input(float[] x, int x0, SlabLayout layout, float[] scratch, float[] to, int to0, int step) {
        int planeStep = layout.step(pass.view().line());
        int uStep = layout.step(pass.view().u());
        int vStep = layout.step(pass.view().v());
        int depth = pass.depth();
        for (int i = 0; i < depth + 2; i++) {
            inputPlane(x, x0 + i * planeStep, uStep, vStep, scratch, PLANES + i * PLANE);
        }
        switch (depth) {
            case 4 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.input4(scratch, PLANES + i * L, PLANE, to, to0 + i * step, POSITIONS * step);
                }
            }
            case 2 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.input2(scratch, PLANES + i * L, PLANE, to, to0 + i * step, POSITIONS * step);
                }
            }
            default ->
                PlanarTransforms.inputLines(
                        depth, POSITIONS, scratch, PLANES, PLANE, L, to, to0, POSITIONS * step, step);
        }
    }

    private static void inputPlane(float[] x, int x0, int uStep, int vStep, float[] scratch, int plane) {
        for (int i = 0; i < SIDE; i++) {
            PlanarTransforms.input4(x, x0 + i * uStep, vStep, scratch, START + i * ROW, L);
        }
        for (int i = 0; i < SIDE; i++) {
            PlanarTransforms.input4(scratch, START + i * L, ROW, scratch, plane + i * L, ROW);
        }
    }

    // ------------------------------------------------------------------------------------------------- output

    @Override
    public void output(
            float[] m,
            int m0,
            int step,
            float[] scratch,
            float[] base,
            int base0,
            boolean adds,
            float[] y,
            int y0,
            SlabLayout layout) {
        int planeStep = layout.step(pass.view().line());
        int uStep = layout.step(pass.view().u());
        int vStep = layout.step(pass.view().v());
        int basePlane = adds ? planeStep : 0;
        int baseU = adds ? uStep : 0;
        int baseV = adds ? vStep : 0;
        int depth = pass.depth();
        switch (depth) {
            case 4 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.output4(m, m0 + i * step, POSITIONS * step, scratch, PLANES + i * L, PLANE);
                }
            }
            case 2 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.output2(m, m0 + i * step, POSITIONS * step, scratch, PLANES + i * L, PLANE);
                }
            }
            default ->
                PlanarTransforms.outputLines(
                        depth, POSITIONS, m, m0, POSITIONS * step, step, scratch, PLANES, PLANE, L);
        }
        for (int i = 0; i < depth; i++) {
            int from = base0 + i * basePlane;
            outputPlane(scratch, PLANES + i * PLANE, base, from, baseU, baseV, y, y0 + i * planeStep, uStep, vStep);
        }
    }

    private static void outputPlane(
            float[] scratch,
            int plane,
            float[] base,
            int base0,
            int baseU,
            int baseV,
            float[] y,
            int y0,
            int uStep,
            int vStep) {
        for (int i = 0; i < SIDE; i++) {
            PlanarTransforms.output4(scratch, plane + i * L, ROW, scratch, START + i * L, ROW);
        }
        for (int i = 0; i < OUTPUTS; i++) {
            PlanarTransforms.addOutput4(
                    scratch, START + i * ROW, base, base0 + i * baseU, baseV, y, y0 + i * uStep, vStep);
        }
    }

    // ----------------------------------------------------------------------------------------------- gradient

    @Override
    public void gradient(float[] y, int y0, SlabLayout layout, float[] scratch, float[] to, int to0, int step) {
        int planeStep = layout.step(pass.view().line());
        int uStep = layout.step(pass.view().u());
        int vStep = layout.step(pass.view().v());
        int depth = pass.depth();
        for (int i = 0; i < depth; i++) {
            gradientPlane(y, y0 + i * planeStep, uStep, vStep, scratch, PLANES + i * PLANE);
        }
        switch (depth) {
            case 4 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.gradient4(scratch, PLANES + i * L, PLANE, to, to0 + i * step, POSITIONS * step);
                }
            }
            case 2 -> {
                for (int i = 0; i < POSITIONS; i++) {
                    PlanarTransforms.gradient2(scratch, PLANES + i * L, PLANE, to, to0 + i * step, POSITIONS * step);
                }
            }
            default ->
                PlanarTransforms.gradientLines(
                        depth, POSITIONS, scratch, PLANES, PLANE, L, to, to0, POSITIONS * step, step);
        }
    }

    private static void gradientPlane(float[] y, int y0, int uStep, int vStep, float[] scratch, int plane) {
        for (int i = 0; i < OUTPUTS; i++) {
            PlanarTransforms.gradient4(y, y0 + i * uStep, vStep, scratch, START + i * ROW, L);
        }
        for (int i = 0; i < SIDE; i++) {
            PlanarTransforms.gradient4(scratch, START + i * L, ROW, scratch, plane + i * L, ROW);
        }
    }
}
