package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.torch.TorchObjects.OrderedDict;

/**
 * Holds the weights in a file of {@code torch.save}: those of a state dict, or of a checkpoint that contains one.
 *
 * <p>Floating-point formats are read as float32, integers and truth values as int64. What is in a checkpoint next to
 * the weights, such as an optimiser's state, is not used.
 *
 * @param tensors the tensors by name
 * @param metadata the strings that {@link TorchWriter} added
 * @param unreadable for each entry that can't be read, the reason as the end of a sentence about it
 */
public record TorchFile(
        SequencedMap<String, NamedTensor> tensors,
        SequencedMap<String, String> metadata,
        SequencedMap<String, String> unreadable) {
    /** The name that safetensors use for metadata. */
    private static final String RESERVED = "__metadata__";

    private static final int ZIP = 'P' | 'K' << 8;
    /** The memory that the values of any file may take, so that small files with deflated zeros can be read. */
    private static final long FREE_MEMORY = 1 << 24;
    /** The greatest plausible ratio of memory to file: bytes become longs, and some values are in two tensors. */
    private static final int MEMORY_PER_BYTE = 16;

    /**
     * Tests whether a file may be one of PyTorch's: a zip file, or a pickle of protocol 2 or newer.
     *
     * @param start the first 8 bytes, little-endian
     */
    public static boolean isLikely(long start) {
        int protocol = (int) (start >>> 8 & 0xFF);
        return isZip(start) || (start & 0xFF) == PickleCode.PROTOCOL && protocol >= 2 && protocol <= 5;
    }

    private static boolean isZip(long start) {
        return (start & 0xFFFF) == ZIP && start >>> 16 != 0;
    }

    /**
     * Reads a file.
     *
     * @param start its first 8 bytes, little-endian
     * @param key the name of the weights in a checkpoint; null if there are no others
     * @throws TorchFileException if it is not such a file, is damaged, or contains anything but data; the message is
     *     the end of a sentence that starts with the file's name
     */
    public static TorchFile read(Path file, long start, @Nullable String key) throws IOException {
        long size = Files.size(file);
        try (TorchArchive archive =
                isZip(start) ? ZipTorchArchive.open(file, size) : LegacyTorchArchive.open(file, size)) {
            Map<?, ?> weights = StateDictFinder.find(archive.root(), key);
            SequencedMap<String, TensorView> views = new LinkedHashMap<>();
            SequencedMap<String, String> unreadable = new LinkedHashMap<>();
            weights.forEach((name, value) -> {
                String reason = unreadable(name, value);
                if (reason != null) {
                    unreadable.put(String.valueOf(name), reason);
                } else if (value instanceof TensorView view) {
                    views.put(String.valueOf(name), view);
                }
            });
            return new TorchFile(tensors(views, archive, mostMemory(size)), metadata(weights), unreadable);
        }
    }

    /** Returns the reason why an entry can't be read, as the end of a sentence about it; null if it can be read. */
    private static @Nullable String unreadable(Object name, Object value) {
        if (!(name instanceof String text) || text.equals(RESERVED)) {
            return "has a name that no tensor can have; save the state_dict() of the net";
        }
        if (!(value instanceof TensorView view)) {
            return "is no tensor; save the state_dict() without it";
        }
        StorageType type = view.storage().type();
        return type.isComplex()
                ? "has dtype " + type.dtype + ", which can't be read; save it as one of " + StorageType.readable()
                : null;
    }

    /** Returns the memory that the values of a file of this size may take. */
    static long mostMemory(long fileBytes) {
        return Math.min(
                Math.max(FREE_MEMORY, MEMORY_PER_BYTE * fileBytes),
                Runtime.getRuntime().maxMemory());
    }

    /** Reads each storage once, and then all tensors that are views of it. */
    private static SequencedMap<String, NamedTensor> tensors(
            SequencedMap<String, TensorView> views, TorchArchive archive, long mostMemory) throws IOException {
        requireMemory(views, mostMemory);
        Map<Storage, SequencedMap<String, TensorView>> byStorage = new LinkedHashMap<>();
        views.forEach((name, view) -> byStorage
                .computeIfAbsent(view.storage(), storage -> new LinkedHashMap<>())
                .put(name, view));
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        views.keySet().forEach(name -> tensors.put(name, new NamedTensor.Longs(name, 0))); // fixes the order
        for (Map.Entry<Storage, SequencedMap<String, TensorView>> entry : byStorage.entrySet()) {
            ByteBuffer values = archive.values(entry.getKey());
            entry.getValue().forEach((name, view) -> tensors.put(name, view.read(name, values)));
        }
        return tensors;
    }

    private static void requireMemory(SequencedMap<String, TensorView> views, long most) throws TorchFileException {
        long needed = views.values().stream().mapToLong(TensorView::memory).sum();
        if (needed > most) {
            throw new TorchFileException(
                    "has tensors of " + (needed >> 20) + " MB in total, but its size or Java's memory "
                            + "allows " + (most >> 20)
                            + " MB; give Java more with -Xmx or, if tensors repeat their values, save "
                            + "copies of them: tensor.clone()");
        }
    }

    private static SequencedMap<String, String> metadata(Map<?, ?> weights) {
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        if (weights instanceof OrderedDict dictionary) {
            dictionary
                    .attribute(TorchObjects.METADATA)
                    .ifPresent(map -> map.forEach((name, value) -> {
                        if (name instanceof String key && value instanceof String text) {
                            metadata.put(key, text);
                        }
                    }));
        }
        return metadata;
    }
}
