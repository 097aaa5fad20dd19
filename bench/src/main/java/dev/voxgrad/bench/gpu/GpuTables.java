package dev.voxgrad.bench.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.medmnist.text.MarkdownTable;

/** Writes the measurements, as lines like the PyTorch peer's and as tables. */
record GpuTables(Ceilings ceilings, List<Row> rows, List<Together> together) {
    /** Holds the measurements of one net in one mode. */
    record Row(StepCase work, GpuMode mode, StepTimes times, StepWork count) {
        /** Returns {@code voxgrad cuda net1 bf16graph train_ms=… infer_ms=… peak_mb=…}. */
        String line() {
            return String.format(
                    Locale.ROOT,
                    "voxgrad cuda %s %s train_ms=%.2f infer_ms=%.2f peak_mb=%d",
                    work.net().name(),
                    mode,
                    times.train().waitedFor(),
                    times.infer().waitedFor(),
                    times.heldBytes() >> 20);
        }
    }

    /** Holds the measurement of members that trained at once. */
    record Together(StepCase work, GpuMode mode, int members, double stepsPerSecond) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "voxgrad cuda %s %s members=%d steps_per_s=%.1f",
                    work.net().name(),
                    mode,
                    members,
                    stepsPerSecond);
        }
    }

    /** Returns the tables, followed by what their columns mean. */
    String toMarkdown() {
        StringBuilder text = new StringBuilder("## Ceilings of this GPU\n\n");
        text.append(MarkdownTable.of(ceilingRows()));
        section(text, "Training step", true);
        section(text, "Inference", false);
        if (!together.isEmpty()) {
            text.append("\n## Members at once\n\n").append(MarkdownTable.of(togetherRows()));
        }
        return text.append("""

                ms: median by the host's clock from starting a step on an idle GPU to having its result; TFLOP/s and \
                GB/s refer to it; in a row: median by the GPU's clock while the next step is already queued. \
                Steps are replayed CUDA graphs with the volumes already in GPU memory; members at once upload theirs. \
                TFLOP are those of direct convolution, GB are what the passes over activations and AdamW read and \
                write, counted for our fused kernels in every mode; both are also shown as a share of the ceilings. \
                Held: memory that the device keeps, MiB.
                """).toString();
    }

    private List<List<String>> ceilingRows() {
        List<List<String>> all = new ArrayList<>();
        all.add(List.of("measured", "size", "reached"));
        all.add(List.of(
                "copy within memory",
                (ceilings.copyBytes() >> 20) + " MiB",
                number("%.0f GB/s", ceilings.bytesPerSecond() / 1e9)));
        ceilings.flopPerSecond()
                .forEach((precision, flop) -> all.add(List.of(
                        "matrix product, " + precision.flag(),
                        ceilings.matrixSize() + "^3",
                        number("%.1f TFLOP/s", flop / 1e12))));
        return all;
    }

    private void section(StringBuilder text, String title, boolean training) {
        List<List<String>> all = new ArrayList<>();
        all.add(List.of("net", "mode", "ms", "in a row", "TFLOP/s", "share", "GB/s", "share", "held"));
        for (Row row : rows) {
            StepTimes.Time time = training ? row.times.train() : row.times.infer();
            double seconds = time.waitedFor() / 1e3;
            double flop = (training ? row.count.trainFlop() : row.count.inferFlop()) / seconds;
            double bytes = (training ? row.count.trainBytes() : row.count.inferBytes()) / seconds;
            Double peak = ceilings.flopPerSecond().get(row.mode.precision());
            all.add(List.of(
                    row.work.toString(),
                    row.mode.toString(),
                    number("%.2f", time.waitedFor()),
                    number("%.2f", time.inARow()),
                    number("%.1f", flop / 1e12),
                    peak == null ? "-" : number("%.0f%%", 100 * flop / peak),
                    number("%.0f", bytes / 1e9),
                    number("%.0f%%", 100 * bytes / ceilings.bytesPerSecond()),
                    String.valueOf(row.times.heldBytes() >> 20)));
        }
        text.append("\n## ").append(title).append("\n\n").append(MarkdownTable.of(all));
    }

    private List<List<String>> togetherRows() {
        List<List<String>> all = new ArrayList<>();
        all.add(List.of("net", "mode", "members", "steps/s in all"));
        together.forEach(t -> all.add(List.of(
                t.work.toString(), t.mode.toString(), String.valueOf(t.members), number("%.1f", t.stepsPerSecond))));
        return all;
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }
}
