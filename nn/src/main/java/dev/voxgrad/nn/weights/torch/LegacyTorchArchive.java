package dev.voxgrad.nn.weights.torch;

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the files that PyTorch wrote before 1.6, and still writes on request: five pickles (a magic number, the version
 * of the format, sizes of C's types, the object, and the keys of its storages), and then, for each key, the number of
 * values as an int64 and the values, all little-endian.
 */
final class LegacyTorchArchive implements TorchArchive {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final Long VERSION = 1001L;

    private final FileChannel channel;
    private final ByteBuffer start;
    private final TorchObjects objects = new TorchObjects();
    /** The position of the first value of each storage. */
    private final Map<String, Long> positions = new HashMap<>();

    private LegacyTorchArchive(FileChannel channel, ByteBuffer start) {
        this.channel = channel;
        this.start = start;
    }

    /** Opens a file that starts with a pickle. */
    static LegacyTorchArchive open(Path file, long fileBytes) throws IOException {
        FileChannel channel = FileChannel.open(file);
        try {
            ByteBuffer start = ByteBuffer.allocate((int) Math.min(fileBytes, MOST_PICKLE_BYTES));
            fill(channel, start, 0);
            return new LegacyTorchArchive(channel, start);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer, at);
            if (count < 0) {
                throw new EOFException();
            }
            at += count;
        }
        buffer.flip();
    }

    @Override
    public Object root() throws IOException {
        if (!Unpickler.read(start, new TorchObjects()).equals(MAGIC)) {
            throw new TorchFileException("is a pickle, but none of PyTorch's: it does not start with PyTorch's number; "
                    + "open it in Python if you trust it, and save the weights with torch.save");
        }
        if (!Unpickler.read(start, new TorchObjects()).equals(VERSION)) {
            throw TorchFileException.damaged("has another version than " + VERSION);
        }
        Unpickler.read(start, new TorchObjects()); // sizes of C's types, which values do not depend on
        Object root = Unpickler.read(start, objects);
        if (!(Unpickler.read(start, new TorchObjects()) instanceof List<?> keys)) {
            throw TorchFileException.damaged("has no list of storages");
        }
        locate(keys);
        return root;
    }

    /** Finds where each storage starts. */
    private void locate(List<?> keys) throws IOException {
        long position = start.position();
        for (Object key : keys) {
            Storage storage = key instanceof String name ? objects.storages().get(name) : null;
            if (storage == null || positions.containsKey(storage.key())) {
                throw TorchFileException.damaged("lists a storage that no tensor uses, or lists it twice");
            }
            long count = read(position, Long.BYTES).getLong();
            position += Long.BYTES;
            if (count != storage.count()) {
                throw TorchFileException.damaged(
                        "has a storage of " + count + " values where its pickle says " + storage.count());
            }
            positions.put(storage.key(), position);
            position += storage.bytes();
        }
        if (position != channel.size()) {
            throw TorchFileException.damaged(
                    "has " + channel.size() + " bytes, but its storages end at byte " + position);
        }
    }

    @Override
    public ByteBuffer values(Storage storage) throws IOException {
        Long position = positions.get(storage.key());
        if (position == null || !storage.equals(objects.storages().get(storage.key()))) {
            throw TorchFileException.damaged("has a tensor whose storage is missing");
        }
        return read(position, (int) storage.bytes());
    }

    private ByteBuffer read(long position, int count) throws IOException {
        if (position + count > channel.size()) {
            throw TorchFileException.damaged("ends within the values of its tensors");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, bytes, position);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
