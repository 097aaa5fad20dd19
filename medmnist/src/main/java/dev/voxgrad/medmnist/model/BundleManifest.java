package dev.voxgrad.medmnist.model;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Describes a bundle: the contents of its {@code bundle.json}.
 *
 * @param format version of this form
 * @param voxgrad version of Voxgrad that made the bundle
 * @param ensemble how the weights of the ensemble were chosen, in words
 * @param weights one per model: members in order, for each the last model, then the best; of a baseline, in its order
 * @param files all other files of the bundle, in its order
 */
public record BundleManifest(int format, String voxgrad, String ensemble, List<Double> weights, List<Entry> files) {
    /** The name of the file in a bundle. */
    public static final String NAME = "bundle.json";
    /** The version that is written and read. */
    public static final int FORMAT = 1;

    private static final Pattern ALLOWED =
            Pattern.compile("run\\.json|baseline\\.json|scans\\.json|members\\.csv|MODEL_CARD\\.md|README\\.md"
                    + "|models/\\d{4}\\.npz"
                    + "|weights/member-\\d{2,5}-[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*-(last|best)\\.safetensors");

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

    /** The most files that a bundle has: two of each member, and the others. */
    static final int MOST_FILES = ModelKind.values().length * TrainSettings.MOST_MODELS + 5;

    /**
     * Describes one file.
     *
     * @param name path in the bundle, with slashes
     * @param bytes its length
     * @param sha256 its checksum, 64 hexadecimal digits
     */
    public record Entry(String name, long bytes, String sha256) {
        /** Refuses what a damaged or hostile file may contain. */
        public Entry {
            requirePresent("name", name);
            require(ALLOWED.matcher(name).matches(), "name", name, "the name of a file that bundles have");
            requireWithin("bytes", bytes, 0, Long.MAX_VALUE);
            require(sha256 != null && DIGEST.matcher(sha256).matches(), "sha256", sha256, "64 hexadecimal digits");
        }
    }

    /** Refuses what a damaged or hostile file may contain. */
    public BundleManifest {
        require(format == FORMAT, "format", format, FORMAT + "; bundles of later versions need a later Voxgrad");
        requirePresent("voxgrad", voxgrad);
        requirePresent("ensemble", ensemble);
        requireAll("weights", weights, "one weight per model");
        weights = List.copyOf(weights);
        requireWithin("weights", weights.size(), 1, MOST_FILES);
        requireAll("files", files, "all files of the bundle");
        files = List.copyOf(files);
        requireWithin("files", files.size(), 1, MOST_FILES);
        Set<String> names = new HashSet<>();
        for (Entry file : files) {
            require(names.add(file.name()), "files", file.name() + " twice", "each file once");
        }
    }

    /**
     * Returns the weights in the form of an ensemble's.
     *
     * @throws IllegalArgumentException if one of them is negative or not finite, or all are zero
     */
    EnsembleWeights ensembleWeights() {
        require(weights.size() % 2 == 0, "weights", weights.size() + " numbers", "two per member");
        return EnsembleWeights.uniform(weights.size() / ModelKind.values().length)
                .times(weights);
    }
}
