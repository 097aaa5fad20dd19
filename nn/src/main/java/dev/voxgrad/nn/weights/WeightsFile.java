package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateMismatchException;

/**
 * The contents of a weights file in the safetensors format, which PyTorch and others read too: named tensors in a
 * given order, and strings about them.
 *
 * <p>Float32 and int64 are written; F64, F16 and BF16 are read as float32, and I32 as int64. The same contents give
 * the same bytes. Source: the format's description at github.com/huggingface/safetensors.
 *
 * @param tensors by name
 * @param metadata anything worth knowing, kept in the header
 */
public record WeightsFile(SequencedMap<String, NamedTensor> tensors, SequencedMap<String, String> metadata) {
    public WeightsFile {
        tensors = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metadata));
        for (Map.Entry<String, NamedTensor> entry : tensors.entrySet()) {
            if (!entry.getKey().equals(entry.getValue().name()) || entry.getKey().equals(Header.METADATA)) {
                throw new IllegalArgumentException("weights: tensor " + entry.getValue().name()
                        + " can't be saved under the name " + entry.getKey());
            }
        }
    }

    /** Without metadata. */
    public WeightsFile(SequencedMap<String, NamedTensor> tensors) {
        this(tensors, new LinkedHashMap<>());
    }

    /**
     * Reads a whole file.
     *
     * @throws WeightsFileException if there is none, it is damaged, or it holds numbers of a kind that is not read
     */
    public static WeightsFile read(Path file) {
        return WeightsReader.read(file);
    }

    /**
     * Writes a file, in one step as others see it: an older file of that name stays until the new one is complete.
     *
     * @throws WeightsFileException if that fails; nothing is left behind then
     */
    public void write(Path file) {
        WeightsWriter.write(this, file);
    }

    /** Saves all of a net's parameters, buffers and counters. */
    public static void save(Layer net, Path file) {
        new WeightsFile(net.stateDict()).write(file);
    }

    /**
     * Loads into a net what {@link #save}, or PyTorch, saved of one like it.
     *
     * @throws WeightsFileException if the file can't be read or is of another net; the net is unchanged then
     */
    public static void load(Layer net, Path file) {
        SequencedMap<String, NamedTensor> tensors = read(file).tensors();
        try {
            net.loadStateDict(tensors);
        } catch (StateMismatchException e) {
            throw new WeightsFileException(file, "is of another net: " + e.getMessage(), e);
        }
    }
}
