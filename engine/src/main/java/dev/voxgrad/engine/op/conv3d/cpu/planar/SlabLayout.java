package dev.voxgrad.engine.op.conv3d.cpu.planar;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Describes where the voxels of a slab are in a scratch array: a few planes of one sample, perhaps with zeros around
 * them.
 *
 * @param voxel floats from one voxel to the next
 * @param row floats from one row to the next
 * @param plane floats from one plane to the next
 * @param planes the number of planes
 * @param lead planes, rows and columns of zeros before the first voxel
 */
record SlabLayout(int voxel, int row, int plane, int planes, Dims3 lead) {
    static SlabLayout of(int voxel, Dims3 extent, Dims3 lead) {
        int row = extent.w() * voxel;
        return new SlabLayout(voxel, row, extent.h() * row, extent.d(), lead);
    }

    /** Returns the floats of the whole slab, with room for what readers write beyond its last plane. */
    int size() {
        return Math.ceilDiv(Math.multiplyExact(planes + 1, plane), Lanes.COUNT) * Lanes.COUNT;
    }

    /** Returns where the first voxel after the zeros is. */
    int interior() {
        return lead.d() * plane + lead.h() * row + lead.w() * voxel;
    }

    /** Returns the distance between neighbours along an axis: 0 for D, 1 for H, 2 for W. */
    int step(int axis) {
        return switch (axis) {
            case 0 -> plane;
            case 1 -> row;
            default -> voxel;
        };
    }
}
