package dev.voxgrad.medmnist.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.member.EpochResult;

/**
 * Writes a file of scalars that TensorBoard can show while it grows: one record for each epoch.
 *
 * <p>A record consists of the length (uint64), its masked CRC-32C, the data, and their masked CRC-32C, all
 * little-endian. The data is a protocol buffer message {@code Event {1: double wall_time, 2: int64 step, 3: string
 * file_version, 5: Summary}}, with {@code Summary {1: repeated Value {1: string tag, 2: float simple_value}}}. Sources:
 * TensorFlow's {@code record_writer.h}, {@code crc32c.h}, {@code event.proto} and {@code summary.proto}.
 */
public final class EventFile implements AutoCloseable {
    private static final String PREFIX = "events.out.tfevents.";
    private static final int MASK_DELTA = 0xA282EAD8;
    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final Path file;
    private final FileChannel channel;

    private EventFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Starts a new file with the finished epochs. Removes older files of the same folder, which contain the same epochs
     * and perhaps later ones that are about to be trained again.
     *
     * @param name of the folder in the run's folder
     */
    public static EventFile start(RunFolder run, String name, List<EpochResult> history) {
        Path folder = run.makeFolder(name);
        Path file = folder.resolve(String.format(
                Locale.ROOT,
                "%s%010d.voxgrad.%d",
                PREFIX,
                System.currentTimeMillis() / 1000,
                ProcessHandle.current().pid()));
        try {
            for (Path old : run.list(folder)) {
                if (old.getFileName().toString().startsWith(PREFIX)) {
                    Files.delete(old);
                }
            }
            EventFile events =
                    new EventFile(file, run.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            Message version = new Message().number(1, wallTime()).text(3, "brain.Event:2");
            events.write(version.bytes());
            history.forEach(events::add);
            return events;
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be written: " + AtomicFile.describe(e), e);
        }
    }

    /** Adds the figures of an epoch; TensorBoard's step is the number of the epoch. */
    public void add(EpochResult epoch) {
        Message summary = new Message()
                .message(1, scalar("loss/train", epoch.trainLoss()))
                .message(1, scalar("validation/AUC", epoch.validation().auc()))
                .message(1, scalar("validation/ACC", epoch.validation().accuracy()))
                .message(1, scalar("seconds/epoch", epoch.seconds()));
        Message event =
                new Message().number(1, wallTime()).number(2, epoch.epoch()).message(5, summary);
        try {
            write(event.bytes());
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be written: " + AtomicFile.describe(e), e);
        }
    }

    private static Message scalar(String tag, double value) {
        return new Message().text(1, tag).number(2, (float) value);
    }

    private static double wallTime() {
        return System.currentTimeMillis() / 1e3;
    }

    private void write(byte[] data) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(16 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), 8));
        record.put(data);
        record.putInt(maskedCrc(data, data.length));
        record.flip();
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    /**
     * Returns the checksum, rotated by 15 bits and shifted by a constant: a CRC of data that contains its own CRC would
     * be weak otherwise.
     */
    private static int maskedCrc(byte[] data, int count) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, count);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new DataFileException(file.toString(), "cannot be closed: " + AtomicFile.describe(e), e);
        }
    }

    /** Builds a protocol buffer message: each field is its number and wire type, followed by the value. */
    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, double value) {
            varint(field << 3 | FIXED_64);
            return little(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value));
        }

        Message number(int field, float value) {
            varint(field << 3 | FIXED_32);
            return little(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value));
        }

        Message number(int field, int value) {
            varint(field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes());
        }

        private Message bytes(int field, byte[] value) {
            varint(field << 3 | BYTES);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        private Message little(ByteBuffer value) {
            out.writeBytes(value.array());
            return this;
        }

        /** Writes seven bits per byte, the lowest first; the top bit means that more bytes follow. */
        private void varint(int value) {
            int rest = value;
            while (rest >>> 7 != 0) {
                out.write(rest & 0x7F | 0x80);
                rest >>>= 7;
            }
            out.write(rest);
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
