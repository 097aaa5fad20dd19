package dev.voxgrad.medmnist.baseline.feature;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.VolumeShape;

/**
 * Takes the values of all voxels as features, in the order of the file: what auto-sklearn gets in MedMNIST's benchmark
 * (Yang et al., MedMNIST v2, Scientific Data 2023), divided by 255 here.
 */
final class VoxelValues implements FeatureSet {
    @Override
    public String flag() {
        return "voxels";
    }

    @Override
    public List<String> names(VolumeShape shape) {
        List<String> names = new ArrayList<>();
        for (int x = 0; x < shape.x(); x++) {
            for (int y = 0; y < shape.y(); y++) {
                for (int z = 0; z < shape.z(); z++) {
                    for (int c = 0; c < shape.channels(); c++) {
                        names.add(ChannelNames.of("voxel " + x + "," + y + "," + z, c, shape));
                    }
                }
            }
        }
        return names;
    }

    @Override
    public long count(VolumeShape shape) {
        return shape.elements();
    }

    @Override
    public double[] of(float[] volume, VolumeShape shape) {
        double[] features = new double[volume.length];
        for (int i = 0; i < volume.length; i++) {
            features[i] = volume[i];
        }
        return features;
    }
}
