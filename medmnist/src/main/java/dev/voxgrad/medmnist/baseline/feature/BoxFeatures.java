package dev.voxgrad.medmnist.baseline.feature;

import java.util.Arrays;
import java.util.List;

/** Measures the bounding box: its lengths along the axes in voxels, the same in order, and the part that is inside. */
final class BoxFeatures implements MaskFeatures {
    @Override
    public List<String> names() {
        return List.of(
                "box along X",
                "box along Y",
                "box along Z",
                "shortest of box",
                "middle of box",
                "longest of box",
                "part of box inside");
    }

    @Override
    public double[] of(Mask mask) {
        double[] lengths = {mask.box().x(), mask.box().y(), mask.box().z()};
        double[] sorted = lengths.clone();
        Arrays.sort(sorted);
        return new double[] {
            lengths[0],
            lengths[1],
            lengths[2],
            sorted[0],
            sorted[1],
            sorted[2],
            (double) mask.volume() / mask.box().voxels()
        };
    }
}
