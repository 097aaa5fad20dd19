package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateDict;
import dev.voxgrad.nn.StateMismatchException;

/**
 * Holds the contents of a weights file: named tensors in a given order, and strings about them. Files are written in
 * the safetensors format, which PyTorch and other libraries also read, or as {@code torch.save} does. Both are read,
 * and recognised by their first bytes; {@link dev.voxgrad.nn.weights.torch.TorchFile} describes PyTorch's.
 *
 * <p>Float32 and int64 are written; F64, F16 and BF16 are read as float32, and I32 as int64. An empty tensor, with a
 * size of 0, is valid. A tensor in any other format, or one that is too large, is left out and listed in
 * {@code unreadable}; the other tensors are still read. The same contents give the same bytes. Source: the format's
 * description at github.com/huggingface/safetensors.
 *
 * @param tensors the tensors by name
 * @param metadata strings that are kept in the header
 * @param unreadable the reason, as a sentence, for each tensor of the file that can't be read
 */
public record WeightsFile(
        SequencedMap<String, NamedTensor> tensors,
        SequencedMap<String, String> metadata,
        SequencedMap<String, String> unreadable) {
    public WeightsFile {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
        unreadable = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(unreadable));
        for (Map.Entry<String, NamedTensor> entry : tensors.entrySet()) {
            if (!entry.getKey().equals(entry.getValue().name())
                    || entry.getKey().equals(Header.METADATA)) {
                throw new IllegalArgumentException("weights: tensor "
                        + entry.getValue().name() + " can't be saved under the name " + entry.getKey());
            }
        }
    }

    /** Creates contents without unreadable tensors. */
    public WeightsFile(SequencedMap<String, NamedTensor> tensors, SequencedMap<String, String> metadata) {
        this(tensors, metadata, new LinkedHashMap<>());
    }

    /** Creates contents without metadata. */
    public WeightsFile(SequencedMap<String, NamedTensor> tensors) {
        this(tensors, new LinkedHashMap<>());
    }

    /**
     * Reads a whole file.
     *
     * @throws WeightsFileException if it is missing or damaged, or if its values don't fit into memory
     */
    public static WeightsFile read(Path file) {
        return WeightsReader.read(file, null);
    }

    /**
     * Reads the weights of that name from a checkpoint of PyTorch: a dictionary with several of them.
     *
     * @throws WeightsFileException as {@link #read(Path)} does, and if there are none of that name
     */
    public static WeightsFile read(Path file, String key) {
        return WeightsReader.read(file, key);
    }

    /**
     * Returns the tensor with this name.
     *
     * @throws WeightsFileException if it can't be read; the message gives the reason
     * @throws IllegalArgumentException if there is no tensor with this name
     */
    public NamedTensor tensor(String name) {
        if (unreadable.containsKey(name)) {
            throw new WeightsFileException(unreadable.get(name));
        }
        NamedTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "weights: there is no tensor " + name + " among " + (tensors.size() + unreadable.size()));
        }
        return tensor;
    }

    /**
     * Writes a file atomically: an older file of the same name stays until the new one is complete.
     *
     * @throws WeightsFileException if that fails, or if a tensor would be lost because it could not be read; in these
     *     cases no partial file remains
     */
    public void write(Path file) {
        requireComplete(file);
        WeightsWriter.write(this, file);
    }

    /**
     * Writes a state dict that {@code torch.load(file, weights_only=True)} reads; otherwise as {@link #write} does.
     *
     * @throws WeightsFileException as {@link #write} does
     */
    public void writeTorch(Path file) {
        requireComplete(file);
        WeightsWriter.writeTorch(this, file);
    }

    private void requireComplete(Path file) {
        if (!unreadable.isEmpty()) {
            throw new WeightsFileException(
                    file,
                    "is not written, because a tensor would be lost: "
                            + unreadable.firstEntry().getValue());
        }
    }

    /** Saves all parameters, buffers and counters of a net; a tensor with two names is saved under both. */
    public static void save(Layer net, Path file) {
        new WeightsFile(net.stateDict()).write(file);
    }

    /**
     * Loads into a net what {@link #save} or PyTorch saved from a net with the same structure. {@link Adaptation} lists
     * what may differ.
     *
     * @return what had to be adapted
     * @throws WeightsFileException if the file can't be read or belongs to another net; then the net is unchanged
     */
    public static Adaptation load(Layer net, Path file) {
        return read(file).loadInto(net, file);
    }

    /**
     * Loads these contents into a net, as {@link #load} does.
     *
     * @param file where they were read from, for messages
     */
    public Adaptation loadInto(Layer net, Path file) {
        Set<String> wanted = StateDict.of(net).names();
        Adaptation adaptation = Adaptation.of(this, wanted, net.counters().keySet());
        WeightsFile adapted = adaptation.apply(this);
        if (!adapted.unreadable.isEmpty()) {
            throw new WeightsFileException(adapted.unreadable.firstEntry().getValue());
        }
        try {
            net.loadStateDict(adaptation.complete(adapted, net));
        } catch (StateMismatchException e) {
            throw new WeightsFileException(file, "belongs to another net: " + e.getMessage(), e);
        }
        return adaptation;
    }
}
