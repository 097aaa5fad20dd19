package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/** Loads slabs: the planes of inputs or output gradients under a few planes of tiles, with zeros around them. */
record PlanarSlabs(Planar p) {
    /** Loads the input of a unit. */
    void loadInput(VoxelReader x, int unit, float[] slab, int at) {
        SlabLayout layout = p.inner;
        Dims3 in = p.g.input();
        int sample = unit / p.forward.slabs();
        int first =
                p.forward.firstPlane(unit % p.forward.slabs()) - layout.lead().d();
        int planes = layout.planes();
        for (int plane = 0; plane < planes; plane++) {
            int to = at + plane * layout.plane();
            int z = first + plane;
            if (z < 0 || z >= in.d()) {
                Arrays.fill(slab, to, to + layout.plane(), 0);
                continue;
            }
            for (int row = 0; row < layout.plane() / layout.row(); row++) {
                int y = row - layout.lead().h();
                int voxel = ((sample * in.d() + z) * in.h() + y) * in.w();
                loadRow(x, y >= 0 && y < in.h() ? voxel : -1, slab, to + row * layout.row());
            }
        }
    }

    /** Loads a row of inputs from that voxel on; −1 for a row of zeros. */
    private void loadRow(VoxelReader x, int voxel, float[] slab, int to) {
        SlabLayout layout = p.inner;
        int columns = layout.row() / layout.voxel();
        int start = layout.lead().w();
        int count = voxel < 0 ? 0 : Math.min(columns - start, p.g.input().w());
        Arrays.fill(slab, to, to + start * layout.voxel(), 0);
        if (count > 0) {
            x.read(voxel, count, slab, to + start * layout.voxel());
        }
        Arrays.fill(slab, to + (start + count) * layout.voxel(), to + layout.row(), 0);
    }

    /** Loads the output gradient of a unit, planes in pairs. */
    void loadGradient(PlaneReader dy, int unit, float[] slab, int at) {
        SlabLayout layout = p.outer;
        int sample = unit / p.forward.slabs();
        int first =
                p.forward.firstPlane(unit % p.forward.slabs()) - layout.lead().d();
        int planes = layout.planes();
        int margin = layout.lead().h() * layout.row() + layout.lead().w() * layout.voxel();
        for (int plane = 0; plane < planes; plane += 2) {
            int to = at + plane * layout.plane();
            int count = Math.min(2, planes - plane);
            if (first + plane < 0 || first + plane >= p.g.output().d()) {
                Arrays.fill(slab, to, to + count * layout.plane(), 0);
            } else {
                Arrays.fill(slab, to, to + margin, 0);
                dy.read(sample, first + plane, count, slab, to + margin);
            }
        }
    }
}
