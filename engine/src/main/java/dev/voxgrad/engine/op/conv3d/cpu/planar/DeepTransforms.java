package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Transforms tiles of any size. A tile of one plane is transformed by {@link PlanarTransforms}. A tile that is m planes
 * deep reads m + 2: each is transformed as a plane, and the results, which stay in the first-level cache, are
 * transformed along the third axis by F(m, 3). Outputs take the opposite way.
 */
record DeepTransforms(TilePass pass) implements TileTransform {
    /** The number of floats of the scratch array that transforms need. */
    static final int SCRATCH = PlanarTransforms.SCRATCH + 6 * 36 * Lanes.COUNT;

    /** Where the transformed planes start in the scratch array. */
    private static final int PLANES = PlanarTransforms.SCRATCH;

    private static final int L = Lanes.COUNT;

    @Override
    public void input(float[] x, int x0, SlabLayout layout, float[] scratch, float[] to, int to0, int step) {
        PlanarView view = pass.view();
        int uStep = layout.step(view.u());
        int vStep = layout.step(view.v());
        if (pass.depth() == 1) {
            PlanarTransforms.input(pass.mu(), pass.mv(), x, x0, uStep, vStep, scratch, to, to0, step);
            return;
        }
        int positions = pass.planePositions();
        for (int i = 0; i < pass.planes(); i++) {
            int from = x0 + i * layout.step(view.line());
            int plane = PLANES + i * positions * L;
            PlanarTransforms.input(pass.mu(), pass.mv(), x, from, uStep, vStep, scratch, scratch, plane, L);
        }
        PlanarTransforms.inputLines(
                pass.depth(), positions, scratch, PLANES, positions * L, L, to, to0, positions * step, step);
    }

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
        PlanarView view = pass.view();
        int uStep = layout.step(view.u());
        int vStep = layout.step(view.v());
        int baseU = adds ? uStep : 0;
        int baseV = adds ? vStep : 0;
        int mu = pass.mu();
        int mv = pass.mv();
        if (pass.depth() == 1) {
            PlanarTransforms.output(mu, mv, m, m0, step, scratch, base, base0, baseU, baseV, y, y0, uStep, vStep);
            return;
        }
        int positions = pass.planePositions();
        int planeStep = layout.step(view.line());
        PlanarTransforms.outputLines(
                pass.depth(), positions, m, m0, positions * step, step, scratch, PLANES, positions * L, L);
        for (int i = 0; i < pass.depth(); i++) {
            int plane = PLANES + i * positions * L;
            int from = adds ? base0 + i * planeStep : base0;
            int to = y0 + i * planeStep;
            PlanarTransforms.output(mu, mv, scratch, plane, L, scratch, base, from, baseU, baseV, y, to, uStep, vStep);
        }
    }

    @Override
    public void gradient(float[] y, int y0, SlabLayout layout, float[] scratch, float[] to, int to0, int step) {
        PlanarView view = pass.view();
        int uStep = layout.step(view.u());
        int vStep = layout.step(view.v());
        if (pass.depth() == 1) {
            PlanarTransforms.gradient(pass.mu(), pass.mv(), y, y0, uStep, vStep, scratch, to, to0, step);
            return;
        }
        int positions = pass.planePositions();
        for (int i = 0; i < pass.depth(); i++) {
            int from = y0 + i * layout.step(view.line());
            int plane = PLANES + i * positions * L;
            PlanarTransforms.gradient(pass.mu(), pass.mv(), y, from, uStep, vStep, scratch, scratch, plane, L);
        }
        PlanarTransforms.gradientLines(
                pass.depth(), positions, scratch, PLANES, positions * L, L, to, to0, positions * step, step);
    }
}
