package dev.voxgrad.nn.weights.torch;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import dev.voxgrad.nn.NamedTensor;

/**
 * Writes a state dict as {@code torch.save} does from 1.6 on: a zip file, which {@code torch.load} reads with {@code
 * weights_only=True}. Values are float32 and int64, little-endian. Metadata becomes the attribute {@code voxgrad} of
 * the dictionary, which PyTorch keeps if it saves the dictionary again. The same contents give the same bytes.
 */
public final class TorchWriter {
    private static final String FOLDER = "archive/";
    /** PyTorch starts values at multiples of this, so that a file mapped into memory can be used in place. */
    private static final int ALIGNMENT = 64;
    /** The bytes of a member's header without its name and extra field, and those of an extra field's header. */
    private static final int HEADER_BYTES = 30;

    private static final int EXTRA_HEADER_BYTES = 4;
    /** The number of the extra field with which PyTorch pads headers. */
    private static final short PADDING = 'F' | 'B' << 8;
    /** A fixed time. January 1980 means "earlier" to Java, which would add a field with the time zone's time. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final CountingStream out;
    private final ZipOutputStream zip;

    private TorchWriter(OutputStream out) {
        this.out = new CountingStream(out);
        this.zip = new ZipOutputStream(this.out);
    }

    /** Writes the weights, in the order of the map; the stream stays open. */
    public static void write(Map<String, NamedTensor> tensors, Map<String, String> metadata, OutputStream out)
            throws IOException {
        TorchWriter writer = new TorchWriter(out);
        writer.member("data.pkl", Pickler.stateDict(tensors.values(), metadata));
        writer.member("byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        int key = 0;
        for (NamedTensor tensor : tensors.values()) {
            writer.member("data/" + key++, bytes(tensor));
        }
        writer.member("version", "3\n".getBytes(StandardCharsets.US_ASCII));
        writer.zip.finish();
        out.flush();
    }

    private void member(String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(FOLDER + name);
        entry.setTimeLocal(TIME);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setExtra(padding(out.count + HEADER_BYTES + FOLDER.length() + name.length() + EXTRA_HEADER_BYTES));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** Returns an extra field after which a multiple of {@link #ALIGNMENT} follows if its header ends at that place. */
    private static byte[] padding(long end) {
        int missing = Math.floorMod(-end, ALIGNMENT);
        return ByteBuffer.allocate(EXTRA_HEADER_BYTES + missing)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(PADDING)
                .putShort((short) missing)
                .array();
    }

    private static byte[] bytes(NamedTensor tensor) throws TorchFileException {
        long size = (long) tensor.shape().elements() * Pickler.type(tensor).bytes;
        if (size > Integer.MAX_VALUE - 8) {
            throw new TorchFileException(
                    "tensor " + tensor.name() + " takes more than 2 GiB, the most that is written to "
                            + "a .pth file; write safetensors instead");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        switch (tensor) {
            case NamedTensor.Floats floats -> bytes.asFloatBuffer().put(floats.values());
            case NamedTensor.Longs longs -> bytes.asLongBuffer().put(longs.values());
        }
        return bytes.array();
    }

    /** Counts the bytes that have been written. */
    private static final class CountingStream extends FilterOutputStream {
        private long count;

        CountingStream(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            count += length;
        }
    }
}
