package dev.voxgrad.medmnist.bundle;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.model.VolumeModel;
import dev.voxgrad.medmnist.text.MarkdownTable;
import dev.voxgrad.medmnist.text.VisibleText;

/** Builds the Markdown text of a model card, with the sections that all kinds of models share. */
final class CardText {
    private static final int LONGEST_NAME = 200;

    private final StringBuilder text = new StringBuilder();

    /** Returns a name from outside as text for a table's cell. */
    static String cell(String name) {
        return VisibleText.line(name, LONGEST_NAME).replace("|", "\\|");
    }

    /** Returns the name of the data, without folders of this machine. */
    static String name(DataSource data) {
        return switch (data.withoutFolder()) {
            case OfficialSet set -> set.flag() + ", " + set.size() + "³";
            case OwnFile own -> cell(own.file());
            case Synthetic _ -> "synthetic shapes";
        };
    }

    /** Returns the names of the classes or labels as cells. */
    static List<String> labels(VolumeModel model) {
        return model.labelNames().stream().map(CardText::cell).toList();
    }

    /** Writes the title, what the model is not for, and what it is asked. */
    void writeTask(String title, VolumeModel model, boolean synthetic, String unknownShape) {
        text.append("# Model card: ").append(title).append('\n');
        paragraph("**Not for clinical use.** This is a research model. It is not a medical device, and nothing about a "
                + "patient may be decided by it.");
        if (synthetic) {
            paragraph("**SYNTHETIC:** the volumes were made by code. The results say nothing about medicine.");
        }
        heading("Task");
        int classes = model.labelNames().size();
        boolean isMultiLabel = switch (model.task()) {
            case BINARY, MULTI_CLASS -> false;
            case MULTI_LABEL -> true;
        };
        item(
                "Question",
                isMultiLabel
                        ? "which of " + classes + " independent labels a volume has"
                        : "which of " + classes + " classes a volume belongs to");
        item(isMultiLabel ? "Labels" : "Classes, in order", String.join(", ", labels(model)));
        item(
                "Volumes",
                model.storedShape()
                        .map(shape -> "shape " + shape + " (channels, X, Y, Z)")
                        .orElse(unknownShape));
        item(
                "Grey values",
                model.window()
                        .map(window -> "from " + window + " in the file to 0,1")
                        .orElse("integers from 0 to 255, divided by 255"));
        item("Preparation", model.preparation().words(model.isZNormalised()));
    }

    /**
     * Writes what the data is.
     *
     * @param md5 of the file; null if there is none
     * @param split how it was divided, in words
     */
    void writeData(DataSource data, @Nullable String md5, String split) {
        heading("Data");
        if (data instanceof OfficialSet set) {
            DatasetInfo official = DatasetInfo.byFlag(set.flag());
            paragraph(official.description() + " Official set of MedMNIST v2, licence " + official.licence() + ".");
        }
        item("Name", name(data));
        item("MD5 of the file", md5 == null ? "none: made by code" : md5);
        item("Split", split);
    }

    void heading(String title) {
        startBlock();
        text.append("## ").append(title).append("\n\n");
    }

    void paragraph(String sentences) {
        startBlock();
        text.append(sentences).append("\n\n");
    }

    void table(List<List<String>> rows) {
        startBlock();
        text.append(MarkdownTable.of(rows)).append('\n');
    }

    /** Writes lines as they are. */
    void verbatim(String lines) {
        startBlock();
        text.append("```\n").append(VisibleText.of(lines)).append("```\n");
    }

    /** Ends what comes before with exactly one empty line. */
    private void startBlock() {
        if (text.charAt(text.length() - 2) != '\n') {
            text.append('\n');
        }
    }

    void bullet(String sentence) {
        text.append("- ").append(sentence).append('\n');
    }

    void item(String name, String value) {
        bullet(name + ": " + value);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
