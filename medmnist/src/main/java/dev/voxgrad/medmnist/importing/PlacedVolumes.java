package dev.voxgrad.medmnist.importing;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.NewVolumes;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nifti.Affine;

/**
 * Holds volumes that a trained model is applied to, and where they came from.
 *
 * @param volumes the volumes
 * @param origins one per volume; empty if the volumes were not made from scans
 */
public record PlacedVolumes(NewVolumes volumes, List<VolumeOrigin> origins) {
    public PlacedVolumes {
        origins = List.copyOf(origins);
    }

    /** Returns volumes of which nothing else is known. */
    public static PlacedVolumes unplaced(NewVolumes volumes) {
        return new PlacedVolumes(volumes, List.of());
    }

    /** Returns volumes that are named by the files of their scans; {@code origins} has one entry per volume. */
    public static PlacedVolumes named(NewVolumes volumes, List<VolumeOrigin> origins) {
        return new PlacedVolumes(
                volumes.named(origins.stream().map(VolumeOrigin::file).toList()), origins);
    }

    /** Returns the name of the scan that a volume came from, if it came from one. */
    public Optional<String> scan(int volume) {
        return origins.isEmpty()
                ? Optional.empty()
                : Optional.of(origins.get(volume).file());
    }

    /** Returns where a volume is in the patient, if its scan says so. */
    public Optional<Affine> place(int volume) {
        VolumeShape shape = volumes.split().shape();
        return origins.isEmpty() ? Optional.empty() : ScanPlace.of(origins.get(volume), shape);
    }
}
