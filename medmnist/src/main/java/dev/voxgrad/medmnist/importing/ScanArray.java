package dev.voxgrad.medmnist.importing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.npz.NpzOutput;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;

/** Prepares scans for a trained model, as the volumes of its set were prepared. */
public final class ScanArray {
    private ScanArray() {}

    /**
     * Writes the volumes of scans as the array {@code images}, and returns where each came from.
     *
     * @param scans their files, in the order of the volumes
     * @param settings how the set of the training was prepared
     * @param npz file to write
     * @param allowBlank whether scans may become volumes without any contrast
     * @param progress is called after each scan
     * @throws DataFileException if a scan cannot be read or prepared, its values do not fit into the type of the set,
     *     or the file cannot be written
     */
    public static List<VolumeOrigin> write(
            List<Path> scans, PrepareSettings settings, Path npz, boolean allowBlank, Runnable progress) {
        Inspection.requireFitting(scans, settings);
        ScanPreparer preparer = new ScanPreparer(settings);
        List<VolumeOrigin> origins = new ArrayList<>();
        AtomicFile.write(npz, out -> {
            try (NpzOutput arrays = new NpzOutput(out)) {
                arrays.add("images", settings.type().npyType(), settings.arrayShape(scans.size()), images -> {
                    for (Path scan : scans) {
                        PreparedVolume volume = preparer.prepare(scan);
                        if (volume.isBlank() && !allowBlank) {
                            throw new DataFileException(
                                    scan.toString(),
                                    "all voxels of its volume are equal, so it cannot be z-normalised. Leave it out, "
                                            + "or accept such scans with --skip-blank");
                        }
                        images.write(volume.bytes());
                        origins.add(volume.origin(String.valueOf(scan.getFileName())));
                        progress.run();
                    }
                });
            }
        });
        return origins;
    }
}
