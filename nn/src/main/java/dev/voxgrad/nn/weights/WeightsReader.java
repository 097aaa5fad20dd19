package dev.voxgrad.nn.weights;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.torch.TorchFile;
import dev.voxgrad.nn.weights.torch.TorchFileException;

/**
 * Reads safetensors: the header's length as a little-endian int64, the header in JSON, and the data. Memory is
 * allocated only for data that the file is known to contain. PyTorch's files, which are recognised by their first
 * bytes, are left to {@link TorchFile}.
 */
final class WeightsReader {
    static final int LENGTH_BYTES = 8;
    /** The format's own limit. */
    static final long MOST_HEADER_BYTES = 100_000_000;
    /** The most that parsing takes: the bytes, their characters, and an entry with its reason for every 50 bytes. */
    private static final int MEMORY_PER_HEADER_BYTE = 24;
    /** A multiple of the size of every format's values. */
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private WeightsReader(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Reads a file; {@code key} is the name of the weights in a checkpoint of PyTorch, or null. */
    static WeightsFile read(Path file, @Nullable String key) {
        if (Files.exists(file) && !Files.isRegularFile(file)) { // opening a named pipe would wait for a writer
            throw new WeightsFileException(file, "can't be read: it is a folder, a pipe or a device");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return new WeightsReader(file, channel).read(key);
        } catch (NoSuchFileException e) {
            throw new WeightsFileException(file, "does not exist; check the path", e);
        } catch (AccessDeniedException e) {
            throw new WeightsFileException(file, "may not be read; check its permissions", e);
        } catch (EOFException e) {
            throw new WeightsFileException(file, "became shorter while it was read; try again", e);
        } catch (TorchFileException e) {
            throw new WeightsFileException(file, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new WeightsFileException(file, "can't be read: " + e.getMessage(), e);
        }
    }

    private WeightsFile read(@Nullable String key) throws IOException {
        long size = channel.size();
        if (size < LENGTH_BYTES) {
            throw WeightsFileException.damaged(file, "has " + size + " bytes, too few for a header");
        }
        long headerBytes = fill(LENGTH_BYTES).getLong();
        if (isTorch(headerBytes)) {
            return torchFile(TorchFile.read(file, headerBytes, key));
        }
        if (key != null) {
            throw new WeightsFileException(file, "is no checkpoint of PyTorch, so it has no weights named " + key);
        }
        if (headerBytes < 0 || headerBytes > MOST_HEADER_BYTES || headerBytes > size - LENGTH_BYTES) {
            throw WeightsFileException.damaged(
                    file,
                    "says its header has " + Long.toUnsignedString(headerBytes) + " bytes, but the file has " + size
                            + " and a header has at most " + MOST_HEADER_BYTES);
        }
        requireMemory(headerBytes * MEMORY_PER_HEADER_BYTE, "its header");
        Header header = HeaderParser.parse(file, headerText((int) headerBytes));
        long start = LENGTH_BYTES + headerBytes;
        header.check(file, size - start);
        SequencedMap<String, String> unreadable = unreadable(header);
        return new WeightsFile(tensors(header, start, unreadable.keySet()), header.metadata(), unreadable);
    }

    /** Tests whether the file is PyTorch's. The length of a header may start as a pickle does, but is much shorter. */
    private boolean isTorch(long start) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return (start < 0 || start > MOST_HEADER_BYTES)
                && (TorchFile.isLikely(start) || name.endsWith(".pth") || name.endsWith(".pt"));
    }

    private WeightsFile torchFile(TorchFile contents) {
        SequencedMap<String, String> unreadable = new LinkedHashMap<>();
        contents.unreadable().forEach((name, reason) -> unreadable.put(name, unreadable(name, reason)));
        return new WeightsFile(contents.tensors(), contents.metadata(), unreadable);
    }

    /** Returns the tensors that can't be read, each with a sentence that gives the reason. */
    private SequencedMap<String, String> unreadable(Header header) {
        SequencedMap<String, String> reasons = new LinkedHashMap<>();
        for (HeaderEntry entry : header.entries()) {
            String reason = entry.unreadable();
            if (reason != null) {
                reasons.put(entry.name(), unreadable(entry.name(), reason));
            }
        }
        return reasons;
    }

    private String unreadable(String name, String reason) {
        return String.valueOf(new WeightsFileException(file, "tensor " + name + " " + reason).getMessage());
    }

    /** Reads all other tensors in the order of their data, and returns them in the order of the header. */
    private SequencedMap<String, NamedTensor> tensors(Header header, long start, Set<String> leftOut)
            throws IOException {
        requireMemory(
                header.entries().stream()
                        .filter(entry -> !leftOut.contains(entry.name()))
                        .mapToLong(HeaderEntry::memory)
                        .sum(),
                "its values");
        Map<String, NamedTensor> byName = new HashMap<>();
        for (HeaderEntry entry : header.inFileOrder()) {
            if (!leftOut.contains(entry.name())) {
                channel.position(start + entry.start());
                byName.put(entry.name(), tensor(entry));
            }
        }
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        for (HeaderEntry entry : header.entries()) {
            if (byName.containsKey(entry.name())) {
                tensors.put(entry.name(), byName.get(entry.name()));
            }
        }
        return tensors;
    }

    private void requireMemory(long needed, String what) {
        long most = Runtime.getRuntime().maxMemory();
        if (needed > most) {
            throw new WeightsFileException(
                    file,
                    what + " take" + (what.endsWith("s") ? " " : "s ") + (needed >> 20) + " MB, but Java may use "
                            + (most >> 20) + " MB; give it more with -Xmx");
        }
    }

    private String headerText(int bytes) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(bytes);
        fill(text);
        if (bytes == 0 || text.get(0) != '{') {
            throw WeightsFileException.damaged(file, "its header does not start with {");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw WeightsFileException.damaged(file, "its header is not UTF-8 text");
        }
    }

    /** Reads the values of an entry at the channel's position. */
    private NamedTensor tensor(HeaderEntry entry) throws IOException {
        DType type = entry.readableType();
        Shape shape = entry.shape();
        int count = shape.elements();
        int perBuffer = BUFFER_BYTES / type.bytes;
        float[] floats = new float[type.isInteger() ? 0 : count];
        long[] longs = new long[type.isInteger() ? count : 0];
        for (int i = 0; i < count; i++) {
            if (i % perBuffer == 0) {
                fill(Math.min(count - i, perBuffer) * type.bytes);
            }
            if (type.isInteger()) {
                longs[i] = type.getLong(buffer);
            } else {
                floats[i] = type.getFloat(buffer);
            }
        }
        return type.isInteger()
                ? new NamedTensor.Longs(entry.name(), shape, longs)
                : new NamedTensor.Floats(entry.name(), shape, floats);
    }

    /** Reads the next {@code bytes} bytes of the file into the shared buffer. */
    private ByteBuffer fill(int bytes) throws IOException {
        buffer.clear().limit(bytes);
        fill(buffer);
        return buffer;
    }

    private void fill(ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new EOFException();
            }
        }
        target.flip();
    }
}
