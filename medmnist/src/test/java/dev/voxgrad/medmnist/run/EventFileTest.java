package dev.voxgrad.medmnist.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.member.EpochResult;

import static org.assertj.core.api.Assertions.assertThat;

/** Reads event files back with a parser that shares no code with the writer. */
class EventFileTest {
    @TempDir
    private Path folder;

    private static EpochResult epoch(int number) {
        return new EpochResult(0, StudyNet.NET1, number, 1.0 / number, new Metrics(auc(number), 0.25), 7.5);
    }

    private static double auc(int epoch) {
        return 1 - 0.5 / epoch;
    }

    @Test
    void containsEveryEpochOnceAfterRestarts() throws IOException {
        try (EventFile events = EventFile.start(new RunFolder(folder), "events", List.of())) {
            for (int number = 1; number <= 300; number++) {
                events.add(epoch(number));
            }
        }
        try (EventFile events = EventFile.start(new RunFolder(folder), "events", List.of(epoch(1), epoch(2)))) {
            events.add(epoch(3));
        }
        List<Event> read = read();
        assertThat(read).hasSize(4);
        assertThat(read.getFirst().version).isEqualTo("brain.Event:2");
        for (int number = 1; number <= 3; number++) {
            Event event = read.get(number);
            assertThat(event.step).isEqualTo(number);
            assertThat(event.wallTime).isBetween(1.7e9, 4e9);
            assertThat(event.values)
                    .containsOnly(
                            Map.entry("loss/train", (float) (1.0 / number)),
                            Map.entry("validation/AUC", (float) auc(number)),
                            Map.entry("validation/ACC", 0.25f),
                            Map.entry("seconds/epoch", 7.5f));
        }
    }

    /** Uses a step number of more than seven bits. */
    @Test
    void stepsAreVarints() throws IOException {
        try (EventFile events = EventFile.start(new RunFolder(folder), "events", List.of())) {
            events.add(epoch(70_000));
        }
        assertThat(read().get(1).step).isEqualTo(70_000);
    }

    private static final class Event {
        private double wallTime;
        private long step;
        private String version;
        private final Map<String, Float> values = new TreeMap<>();
    }

    private List<Event> read() throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(folder.resolve("events"))) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            file = all.getFirst();
        }
        assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            assertThat(unmasked(in, 8)).isEqualTo(crc(in, in.position(), 8));
            int length = (int) in.getLong();
            in.getInt();
            assertThat(unmasked(in, length)).isEqualTo(crc(in, in.position(), length));
            events.add(event(slice(in, length)));
            in.getInt();
        }
        return events;
    }

    /** Returns the checksum after the given number of bytes, without its mask. */
    private static int unmasked(ByteBuffer in, int length) {
        int turned = in.getInt(in.position() + length) - 0xa282ead8;
        return turned >>> 17 | turned << 15;
    }

    private static int crc(ByteBuffer in, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(in.array(), in.arrayOffset() + from, length);
        return (int) crc.getValue();
    }

    private static ByteBuffer slice(ByteBuffer in, int length) {
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return part;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        int shift = 0;
        byte next;
        do {
            next = in.get();
            value |= (long) (next & 127) << shift;
            shift += 7;
        } while (next < 0);
        return value;
    }

    private static Event event(ByteBuffer in) {
        Event event = new Event();
        while (in.hasRemaining()) {
            switch ((int) varint(in)) {
                case 9 -> event.wallTime = in.getDouble();
                case 16 -> event.step = varint(in);
                case 26 -> event.version = text(in);
                case 42 -> summary(slice(in, (int) varint(in)), event);
                default -> throw new AssertionError("unknown field");
            }
        }
        return event;
    }

    private static void summary(ByteBuffer in, Event event) {
        while (in.hasRemaining()) {
            assertThat(varint(in)).isEqualTo(10);
            ByteBuffer value = slice(in, (int) varint(in));
            assertThat(varint(value)).isEqualTo(10);
            String tag = text(value);
            assertThat(varint(value)).isEqualTo(21);
            event.values.put(tag, value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
        }
    }

    private static String text(ByteBuffer in) {
        ByteBuffer bytes = slice(in, (int) varint(in));
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
