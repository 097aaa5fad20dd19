package dev.voxgrad.medmnist.run.member;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.StateMismatchException;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;
import dev.voxgrad.nn.weights.WeightsFile;
import dev.voxgrad.nn.weights.WeightsFileException;

/**
 * Saves a member in the middle of its training: a safetensors file with the values of the net, of the optimiser and of
 * the weights' average, if there is one, the {@link MemberState} in its metadata, and a SHA-256 checksum of all that.
 *
 * @param state the member's progress
 * @param tensors {@code net/NAME}, {@code optimizer/NAME} and {@code average/NAME}
 */
public record Checkpoint(MemberState state, SequencedMap<String, NamedTensor> tensors) {
    private static final String NET = "net/";
    private static final String OPTIMIZER = "optimizer/";
    private static final String AVERAGE = "average/";
    private static final String STATE = "state";
    private static final String SUM = "sha256";

    /**
     * Copies a member's present state.
     *
     * @param average null if there is none
     */
    public static Checkpoint of(MemberState state, Layer net, Optimizer optimizer, @Nullable WeightAverage average) {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        net.stateDict().values().forEach(tensor -> put(tensors, NET, tensor));
        optimizer.state().values().forEach(tensor -> put(tensors, OPTIMIZER, tensor));
        if (average != null) {
            average.state().values().forEach(tensor -> put(tensors, AVERAGE, tensor));
        }
        return new Checkpoint(state, tensors);
    }

    private static void put(Map<String, NamedTensor> tensors, String prefix, NamedTensor tensor) {
        NamedTensor renamed = renamed(tensor, prefix + tensor.name());
        tensors.put(renamed.name(), renamed);
    }

    private static NamedTensor renamed(NamedTensor tensor, String name) {
        return switch (tensor) {
            case NamedTensor.Floats floats -> new NamedTensor.Floats(name, floats.shape(), floats.values());
            case NamedTensor.Longs longs -> new NamedTensor.Longs(name, longs.shape(), longs.values());
        };
    }

    /**
     * Restores a member's state.
     *
     * @param average null if there is none
     * @param file where the checkpoint came from, for the message
     * @throws DataFileException if the checkpoint belongs to another net or optimiser
     */
    public void restore(Layer net, Optimizer optimizer, @Nullable WeightAverage average, Path file) {
        try {
            net.loadStateDict(named(NET));
            optimizer.loadState(named(OPTIMIZER));
            if (average != null) {
                average.loadState(named(AVERAGE));
            }
        } catch (StateMismatchException e) {
            throw new DataFileException(file.toString(), "is of another net: " + e.getMessage(), e);
        }
    }

    private Map<String, NamedTensor> named(String prefix) {
        Map<String, NamedTensor> some = new LinkedHashMap<>();
        tensors.values().stream()
                .filter(tensor -> tensor.name().startsWith(prefix))
                .map(tensor -> renamed(tensor, tensor.name().substring(prefix.length())))
                .forEach(tensor -> some.put(tensor.name(), tensor));
        return some;
    }

    /**
     * Writes the file and syncs it; a file of that name is replaced only when the new one is complete.
     *
     * @throws DataFileException if that can't be done, as on a full disk; nothing of it is left then
     */
    void write(Path file) {
        String text = RunJson.write(state);
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put(STATE, text);
        metadata.put(SUM, sum(text, tensors));
        try {
            new WeightsFile(tensors, metadata).write(file);
        } catch (WeightsFileException e) {
            String why = e.getCause() instanceof IOException io ? AtomicFile.describe(io) : e.getMessage();
            throw new DataFileException(
                    file.toString(), "cannot be written: " + why + "; earlier checkpoints are unchanged", e);
        }
    }

    /**
     * Reads a file and compares its checksum.
     *
     * @throws DataFileException if the file is missing or damaged
     */
    public static Checkpoint read(Path file) {
        try {
            WeightsFile contents = WeightsFile.read(file);
            String text = contents.metadata().get(STATE);
            if (text == null
                    || !sum(text, contents.tensors()).equals(contents.metadata().get(SUM))) {
                throw new DataFileException(file.toString(), "is damaged: its checksum (SHA-256) does not match");
            }
            return new Checkpoint(RunJson.read(text, MemberState.class, file.toString()), contents.tensors());
        } catch (WeightsFileException e) {
            throw new DataFileException(file.toString(), "cannot be used: " + e.getMessage(), e);
        }
    }

    /** Computes the checksum of the state and of every tensor's name, shape and values. */
    private static String sum(String state, SequencedMap<String, NamedTensor> tensors) {
        MessageDigest digest = Sha256.digest();
        digest.update(state.getBytes(StandardCharsets.UTF_8));
        for (NamedTensor tensor : tensors.values()) {
            digest.update((tensor.name() + tensor.shape()).getBytes(StandardCharsets.UTF_8));
            digest.update(bytes(tensor));
        }
        return Sha256.hex(digest);
    }

    private static ByteBuffer bytes(NamedTensor tensor) {
        return switch (tensor) {
            case NamedTensor.Floats floats -> {
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * floats.values().length);
                bytes.asFloatBuffer().put(floats.values());
                yield bytes;
            }
            case NamedTensor.Longs longs -> {
                ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * longs.values().length);
                bytes.asLongBuffer().put(longs.values());
                yield bytes;
            }
        };
    }
}
