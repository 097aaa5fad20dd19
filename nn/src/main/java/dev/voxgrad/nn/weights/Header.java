package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;

/**
 * Holds the contents of the JSON at the start of a safetensors file, and checks them against the size of the data that
 * follows.
 *
 * @param entries the tensors, in the order of the header
 * @param metadata the strings under {@code __metadata__}
 */
record Header(List<HeaderEntry> entries, SequencedMap<String, String> metadata) {
    /** The name that no tensor may have. */
    static final String METADATA = "__metadata__";

    /**
     * Checks that each entry has as many bytes as its type and shape need, and that together they cover all of the data
     * without gaps or overlaps, as the format requires.
     *
     * @throws WeightsFileException if not
     */
    void check(Path file, long dataBytes) {
        for (HeaderEntry entry : entries) {
            if (entry.start() < 0 || entry.end() < entry.start() || entry.end() > dataBytes) {
                throw WeightsFileException.damaged(
                        file,
                        "tensor " + entry.name() + " is at bytes " + entry.start() + " to " + entry.end() + " of "
                                + dataBytes + " bytes of data");
            }
            if (!entry.hasRightSize()) {
                throw WeightsFileException.damaged(
                        file,
                        "tensor " + entry.name() + " has "
                                + (entry.end() - entry.start()) + " bytes, but its " + entry.dtype() + " shape "
                                + entry.sizes() + " needs " + entry.neededBytes());
            }
        }
        long covered = 0;
        String before = "the start of the data";
        for (HeaderEntry entry : inFileOrder()) {
            if (entry.start() != covered) {
                throw WeightsFileException.damaged(
                        file,
                        "tensor " + entry.name() + " starts at byte " + entry.start()
                                + ", " + (entry.start() < covered ? "before " : "after ") + before + " ends at byte "
                                + covered);
            }
            covered = entry.end();
            before = "tensor " + entry.name();
        }
        if (covered != dataBytes) {
            throw WeightsFileException.damaged(file, (dataBytes - covered) + " bytes at the end belong to no tensor");
        }
    }

    /**
     * Returns the entries in the order of their data; an empty tensor precedes the one that starts at the same byte.
     */
    List<HeaderEntry> inFileOrder() {
        List<HeaderEntry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(HeaderEntry::start).thenComparingLong(HeaderEntry::end));
        return sorted;
    }
}
