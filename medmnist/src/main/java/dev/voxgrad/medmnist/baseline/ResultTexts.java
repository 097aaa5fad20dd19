package dev.voxgrad.medmnist.baseline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.voxgrad.medmnist.baseline.selection.Protocol;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.text.Csv;
import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Writes the tables of a baseline's folder: {@code summary.csv}, with the figures of the ensemble on each split, and,
 * for an official set, MedMNIST's standard result files.
 */
record ResultTexts(BaselineInfo info, VolumeData data, Optional<double[][]> val, Optional<double[][]> test) {
    private static final int LONGEST_NAME = 500;

    /** Returns the texts by the names of their files. */
    Map<String, String> files() {
        Map<String, String> texts = new LinkedHashMap<>();
        StringBuilder summary = new StringBuilder("time,data,synthetic,split,models,auc,acc,protocol,refit,seed\n");
        val.ifPresent(scores -> add("val", scores, summary, texts));
        test.ifPresent(scores -> add("test", scores, summary, texts));
        texts.put("summary.csv", summary.toString());
        return texts;
    }

    private void add(String split, double[][] scores, StringBuilder summary, Map<String, String> texts) {
        Metrics metrics = Metrics.whereDefined(data, data.split(split), scores);
        summary.append(String.join(
                        ",",
                        info.started(),
                        Csv.field(VisibleText.line(data.name(), LONGEST_NAME)),
                        String.valueOf(info.synthetic()),
                        split,
                        String.valueOf(info.chosen().size()),
                        metrics.hasAuc() ? String.valueOf(metrics.auc()) : "",
                        String.valueOf(metrics.accuracy()),
                        info.settings().protocol().flag(),
                        info.settings().refit().flag(),
                        String.valueOf(info.settings().seed())))
                .append('\n');
        if (info.data() instanceof OfficialSet set) {
            String name = info.settings().protocol() == Protocol.DEFAULT
                    ? "voxgrad-baseline"
                    : "voxgrad-baseline-" + info.settings().protocol().flag();
            texts.put(
                    "results/" + StandardResultFile.fileName(set.flag(), set.size(), split, metrics, name),
                    StandardResultFile.text(scores));
        }
    }
}
