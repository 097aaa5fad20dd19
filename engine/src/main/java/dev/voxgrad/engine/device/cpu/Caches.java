package dev.voxgrad.engine.device.cpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Knows how much of the processor's second-level cache a thread has to itself, from which kernels derive how much they
 * process at a time. It decides about speed alone: no sum may depend on it, since results are the same on every
 * machine.
 *
 * <p>Linux describes the caches of the first core in {@code /sys/devices/system/cpu/cpu0/cache}: the files {@code
 * level}, {@code type}, {@code size} ("1024K") and {@code shared_cpu_list} ("0-1,4"). Where they are missing or
 * unreadable, a thread is taken to have {@value #UNKNOWN} bytes. {@code -Dvoxgrad.l2=BYTES} overrides both, for tests
 * and comparisons.
 */
public final class Caches {
    /** The bytes of a cache of unknown size: what most processors since 2017 have at least. */
    static final int UNKNOWN = 512 * 1024;

    private static final int SMALLEST = 64 * 1024;
    private static final int LARGEST = 64 * 1024 * 1024;
    private static final int MOST_CACHES = 16;

    /** Bytes of second-level cache for each thread. */
    public static final int SECOND_LEVEL = choose(Path.of("/sys/devices/system/cpu/cpu0/cache"));

    private Caches() {}

    private static int choose(Path folder) {
        String forced = System.getProperty("voxgrad.l2", "");
        if (forced.isEmpty()) {
            return secondLevel(folder);
        }
        return (int) number(forced).stream()
                .filter(bytes -> bytes >= SMALLEST && bytes <= LARGEST)
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("voxgrad.l2: '" + forced
                        + "' is no size of a cache; give " + SMALLEST + " to " + LARGEST + " bytes"));
    }

    /** Returns a thread's share of the second-level cache that this folder describes. */
    static int secondLevel(Path folder) {
        for (int index = 0; index < MOST_CACHES; index++) {
            Path cache = folder.resolve("index" + index);
            if (text(cache, "level").equals("2") && !text(cache, "type").equals("Instruction")) {
                OptionalLong bytes = bytes(text(cache, "size"));
                int threads = threads(text(cache, "shared_cpu_list"));
                if (bytes.isPresent() && threads > 0) {
                    return Math.clamp(bytes.getAsLong() / threads, SMALLEST, LARGEST);
                }
            }
        }
        return UNKNOWN;
    }

    private static String text(Path folder, String file) {
        try {
            return Files.readString(folder.resolve(file), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            return ""; // not Linux, or a kernel that does not say
        }
    }

    /** Returns the bytes of "1024K" or "2M"; none if the text has another form. */
    private static OptionalLong bytes(String size) {
        int unit = size.endsWith("K") ? 1024 : size.endsWith("M") ? 1024 * 1024 : 0;
        if (unit == 0) {
            return OptionalLong.empty();
        }
        OptionalLong count = number(size.substring(0, size.length() - 1));
        return count.isEmpty() ? count : OptionalLong.of(count.getAsLong() * unit);
    }

    /** Returns the number of threads in "0-1,4"; 0 if the text has another form. */
    private static int threads(String list) {
        int threads = 0;
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", -1);
            OptionalLong first = number(ends[0]);
            OptionalLong last = number(ends[ends.length - 1]);
            if (ends.length > 2 || first.isEmpty() || last.isEmpty() || last.getAsLong() < first.getAsLong()) {
                return 0;
            }
            threads += (int) (last.getAsLong() - first.getAsLong() + 1);
        }
        return threads;
    }

    private static OptionalLong number(String text) {
        return text.matches("[0-9]{1,9}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
