package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

/**
 * Reads the zip files that PyTorch writes from 1.6 on:
 *
 * <pre>
 * NAME/data.pkl       the pickle
 * NAME/data/0, 1, …   the values of the storages
 * NAME/byteorder      "little" or "big"; absent before 2.1, which wrote the order of the machine
 * </pre>
 *
 * <p>PyTorch stores its members; a file that was unpacked and packed again may have deflated them.
 */
final class ZipTorchArchive implements TorchArchive {
    private static final String PICKLE = "data.pkl";
    /** Deflate cannot shrink data further than about 1032:1 (RFC 1951: 258 bytes in two bits), so more is false. */
    private static final long LARGEST_RATIO = 1032;

    private final ZipFile zip;
    private final long fileBytes;
    private final Map<String, ZipEntry> members = new HashMap<>();
    /** The name of the folder that contains everything, with a slash. */
    private final String folder;

    private ZipTorchArchive(ZipFile zip, long fileBytes) throws IOException {
        this.zip = zip;
        this.fileBytes = fileBytes;
        String found = null;
        for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().map(ZipEntry.class::cast)::iterator) {
            String name = entry.getName();
            if (members.put(name, entry) != null) {
                throw TorchFileException.damaged("has two members with the same name");
            }
            if (name.equals(PICKLE) || name.endsWith("/" + PICKLE)) {
                if (found != null) {
                    throw TorchFileException.damaged("has two members " + PICKLE);
                }
                found = name.substring(0, name.length() - PICKLE.length());
            }
        }
        folder = folder(found);
    }

    /** Opens a zip file. */
    static ZipTorchArchive open(Path file, long fileBytes) throws IOException {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw TorchFileException.damaged("is a zip file that can't be read: " + e.getMessage());
        }
        try {
            return new ZipTorchArchive(zip, fileBytes);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private String folder(@Nullable String found) throws TorchFileException {
        if (found == null) {
            throw new TorchFileException(
                    members.keySet().stream().anyMatch(name -> name.endsWith(".npy"))
                            ? "is a zip file of NumPy arrays (.npz); convert it to safetensors first, with: medmnist "
                                    + "convert IN.npz OUT.safetensors"
                            : "is a zip file, but none of PyTorch's (.pth): it contains no " + PICKLE);
        }
        if (members.containsKey(found + "constants.pkl")) {
            throw new TorchFileException(
                    "is a program (TorchScript), not weights; open it in Python with torch.jit.load, "
                            + "and save its state_dict() with torch.save");
        }
        return found;
    }

    @Override
    public Object root() throws IOException {
        ZipEntry entry = member(PICKLE);
        if (entry.getSize() > MOST_PICKLE_BYTES) {
            throw TorchFileException.damaged(
                    "has a pickle of " + entry.getSize() + " bytes; at most " + MOST_PICKLE_BYTES + " can be read");
        }
        return Unpickler.read(read(entry), new TorchObjects());
    }

    @Override
    public ByteBuffer values(Storage storage) throws IOException {
        ZipEntry entry = member("data/" + storage.key());
        if (entry.getSize() != storage.bytes()) {
            throw TorchFileException.damaged(
                    "has a storage of " + entry.getSize() + " bytes where its pickle says " + storage.bytes());
        }
        return read(entry).order(byteOrder());
    }

    private ByteOrder byteOrder() throws IOException {
        ZipEntry entry = members.get(folder + "byteorder");
        if (entry == null) {
            return ByteOrder.LITTLE_ENDIAN;
        }
        String order = entry.getSize() > 6 ? "long" : new String(read(entry).array(), StandardCharsets.US_ASCII);
        return switch (order) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default -> throw TorchFileException.damaged("has a byte order that is neither little nor big");
        };
    }

    private ZipEntry member(String name) throws TorchFileException {
        ZipEntry entry = members.get(folder + name);
        if (entry == null) {
            throw TorchFileException.damaged("has no member " + name);
        }
        return entry;
    }

    /** Reads a member whole, and compares its checksum. */
    private ByteBuffer read(ZipEntry entry) throws IOException {
        long size = entry.getSize();
        long packed = entry.getCompressedSize();
        boolean possible = size >= 0
                && packed >= 0
                && packed <= fileBytes
                && size <= TorchFile.mostMemory(fileBytes)
                && (entry.getMethod() == ZipEntry.STORED ? size == packed : size / LARGEST_RATIO <= packed);
        if (!possible) {
            throw TorchFileException.damaged("says that a member has " + size + " bytes, packed in " + packed);
        }
        try (CheckedInputStream in = new CheckedInputStream(stream(entry), new CRC32())) {
            byte[] bytes = in.readNBytes((int) size);
            if (bytes.length < size || in.read() >= 0) {
                throw TorchFileException.damaged("has a member of another length than it says");
            }
            if (in.getChecksum().getValue() != entry.getCrc()) {
                throw new TorchFileException(
                        "has a member whose checksum (CRC-32) does not match; the file is damaged, or "
                                + "was saved without checksums; copy, download or save it again");
            }
            return ByteBuffer.wrap(bytes);
        } catch (ZipException e) {
            throw TorchFileException.damaged("has a member that can't be unpacked: " + e.getMessage());
        }
    }

    private InputStream stream(ZipEntry entry) throws IOException {
        InputStream stream = zip.getInputStream(entry);
        if (stream == null) {
            throw TorchFileException.damaged("has a member that can't be found");
        }
        return stream;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
