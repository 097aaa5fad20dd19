package dev.voxgrad.nn.weights;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.torch.TorchWriter;

/**
 * Writes safetensors, and leaves the contents of PyTorch's files to {@link TorchWriter}. Either file is written under a
 * temporary name in the same folder, and is renamed only when all of it is on the disk. No reader ever sees an
 * incomplete file, and an older file stays until the new one is complete.
 */
final class WeightsWriter {
    private static final JsonFactory JSON = new JsonFactory();
    /** The data starts at a multiple of this, so that a file mapped into memory can be used in place. */
    private static final int ALIGNMENT = 8;

    private static final int BUFFER_BYTES = 1 << 18;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private WeightsWriter(WritableByteChannel channel) {
        this.channel = channel;
    }

    /** What writes the contents of a file. */
    @FunctionalInterface
    private interface Contents {
        void writeTo(FileChannel channel) throws IOException;
    }

    static void write(WeightsFile contents, Path file) {
        write(file, channel -> write(contents, channel));
    }

    /** Writes a file that PyTorch reads with {@code torch.load}. */
    static void writeTorch(WeightsFile contents, Path file) {
        write(
                file,
                channel -> TorchWriter.write(
                        contents.tensors(),
                        contents.metadata(),
                        new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES)));
    }

    private static void write(Path file, Contents contents) {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                contents.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            WeightsFileException failure = new WeightsFileException(
                    file,
                    "can't be written; check that its folder exists, is writable and has space (" + e.getMessage()
                            + ")",
                    e);
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException f) {
                failure.addSuppressed(f);
            }
            throw failure;
        }
    }

    /** Writes the bytes of a file. */
    static void write(WeightsFile contents, WritableByteChannel channel) throws IOException {
        new WeightsWriter(channel).write(header(contents), contents.tensors());
    }

    private void write(byte[] header, Map<String, NamedTensor> tensors) throws IOException {
        room(Long.BYTES).putLong(header.length);
        flush();
        writeFully(ByteBuffer.wrap(header));
        for (NamedTensor tensor : tensors.values()) {
            switch (tensor) {
                case NamedTensor.Floats floats -> {
                    for (float value : floats.values()) {
                        room(Float.BYTES).putFloat(value);
                    }
                }
                case NamedTensor.Longs longs -> {
                    for (long value : longs.values()) {
                        room(Long.BYTES).putLong(value);
                    }
                }
            }
        }
        flush();
    }

    /** Returns the buffer with space for {@code bytes} more bytes. */
    private ByteBuffer room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    private void flush() throws IOException {
        writeFully(buffer.flip());
        buffer.clear();
    }

    private void writeFully(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static byte[] header(WeightsFile contents) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            if (!contents.metadata().isEmpty()) {
                json.writeObjectPropertyStart(Header.METADATA);
                contents.metadata().forEach(json::writeStringProperty);
                json.writeEndObject();
            }
            long offset = 0;
            for (NamedTensor tensor : contents.tensors().values()) {
                offset = writeEntry(json, tensor, offset);
            }
            json.writeEndObject();
        }
        while (text.size() % ALIGNMENT != 0) {
            text.write(' ');
        }
        return text.toByteArray();
    }

    /** Writes one tensor's entry and returns the end of its data. */
    private static long writeEntry(JsonGenerator json, NamedTensor tensor, long start) {
        DType type = tensor instanceof NamedTensor.Floats ? DType.F32 : DType.I64;
        long end = start + (long) tensor.shape().elements() * type.bytes;
        json.writeObjectPropertyStart(tensor.name());
        json.writeStringProperty("dtype", type.name());
        json.writeArrayPropertyStart("shape");
        for (int size : tensor.shape().toArray()) {
            json.writeNumber(size);
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("data_offsets");
        json.writeNumber(start);
        json.writeNumber(end);
        json.writeEndArray();
        json.writeEndObject();
        return end;
    }
}
