package dev.voxgrad.medmnist.export;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

/** Lists the formats of weight files, by the extensions of their names. */
public enum WeightsFormat {
    /** The format of this project's own files, which PyTorch and other libraries read, too. */
    SAFETENSORS(".safetensors"),
    /** What {@code torch.save(model.state_dict(), file)} writes. */
    PYTORCH(".pth", ".pt"),
    /** What {@code numpy.savez(file, **arrays)} writes. */
    NPZ(".npz");

    /** What PyTorch's {@code nn.DataParallel} puts before the names of the net that it wraps. */
    private static final String WRAPPER = "module.";

    private final List<String> extensions;

    WeightsFormat(String... extensions) {
        this.extensions = List.of(extensions);
    }

    /** Returns the format of files with that name; empty if the extension is unknown. */
    public static Optional<WeightsFormat> of(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> format.extensions.stream().anyMatch(name::endsWith))
                .findFirst();
    }

    /** Returns all extensions, for messages. */
    public static String names() {
        return Arrays.stream(values())
                .flatMap(format -> format.extensions.stream())
                .collect(Collectors.joining(", "));
    }

    /**
     * Reads the weights in a file of any format. Except for {@code .npz}, the contents decide, not the name.
     *
     * @param key the name of the weights in a checkpoint of PyTorch that has several; null for any other file
     * @throws dev.voxgrad.nn.weights.WeightsFileException if it can't be read, or is damaged
     * @throws DataException the same for {@code .npz}
     */
    public static WeightsFile read(Path file, @Nullable String key) {
        if (of(file).filter(NPZ::equals).isPresent()) {
            return NpzWeights.read(file);
        }
        return key == null ? WeightsFile.read(file) : WeightsFile.read(file, key);
    }

    /** Writes the weights, atomically, in this format. Metadata is lost in {@link #NPZ}. */
    public void write(WeightsFile weights, Path file) {
        switch (this) {
            case SAFETENSORS -> weights.write(file);
            case PYTORCH -> weights.writeTorch(file);
            case NPZ -> NpzWeights.write(weights, file);
        }
    }

    /** Returns the weights without the prefix {@code module.}, if all names have it. */
    public static WeightsFile unwrapped(WeightsFile weights) {
        if (!isWrapped(weights)) {
            return weights;
        }
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        weights.tensors().values().forEach(tensor -> {
            NamedTensor renamed = tensor.withName(tensor.name().substring(WRAPPER.length()));
            tensors.put(renamed.name(), renamed);
        });
        return new WeightsFile(tensors, weights.metadata(), weights.unreadable());
    }

    /** Tests whether all names start with {@code module.}. */
    public static boolean isWrapped(WeightsFile weights) {
        return !weights.tensors().isEmpty()
                && weights.tensors().keySet().stream().allMatch(name -> name.startsWith(WRAPPER));
    }
}
