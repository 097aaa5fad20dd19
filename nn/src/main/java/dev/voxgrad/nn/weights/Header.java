package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SequencedMap;

import dev.voxgrad.engine.Shape;

/**
 * What the JSON at the front of a safetensors file says, checked against the size of the data behind it.
 *
 * @param entries the tensors, in the order of the header
 * @param metadata the strings under {@code __metadata__}
 */
record Header(List<Entry> entries, SequencedMap<String, String> metadata) {
    /** The name that no tensor may have. */
    static final String METADATA = "__metadata__";

    /** One tensor; {@code begin} and {@code end} count bytes from the start of the data. */
    record Entry(String name, DType type, Shape shape, long begin, long end) {}

    /**
     * Checks that each entry has the bytes its type and shape need, and that together they cover all of the data
     * without gap or overlap, as the format demands.
     *
     * @throws WeightsFileException if not
     */
    void check(Path file, long dataBytes) {
        for (Entry entry : entries) {
            if (entry.begin < 0 || entry.end < entry.begin || entry.end > dataBytes) {
                throw WeightsFileException.damaged(file, "tensor " + entry.name + " lies at bytes " + entry.begin
                        + " to " + entry.end + " of " + dataBytes + " bytes of data");
            }
            long needed = (long) entry.shape.elements() * entry.type.bytes;
            if (entry.end - entry.begin != needed) {
                throw WeightsFileException.damaged(file, "tensor " + entry.name + " has " + (entry.end - entry.begin)
                        + " bytes but its " + entry.type + " shape " + entry.shape + " needs " + needed);
            }
        }
        long covered = 0;
        String before = "the start of the data";
        for (Entry entry : inFileOrder()) {
            if (entry.begin != covered) {
                throw WeightsFileException.damaged(file, "tensor " + entry.name + " starts at byte " + entry.begin
                        + ", " + (entry.begin < covered ? "before " : "after ") + before + " ends at byte " + covered);
            }
            covered = entry.end;
            before = "tensor " + entry.name;
        }
        if (covered != dataBytes) {
            throw WeightsFileException.damaged(file, (dataBytes - covered) + " bytes at the end belong to no tensor");
        }
    }

    /** The entries by the place of their data. */
    List<Entry> inFileOrder() {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::begin));
        return sorted;
    }
}
