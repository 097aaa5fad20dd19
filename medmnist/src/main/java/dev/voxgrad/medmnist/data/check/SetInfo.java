package dev.voxgrad.medmnist.data.check;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Describes a file of volumes, in a form that is also written as JSON.
 *
 * @param file path of the file
 * @param splits the splits that it has, in the order train, val, test
 * @param task what the labels mean; null if they cannot be read
 * @param labels names of the classes
 * @param checked whether all values were looked at
 * @param findings what its owner should know, errors first
 */
public record SetInfo(
        String file,
        List<SplitInfo> splits,
        @Nullable String task,
        List<String> labels,
        boolean checked,
        List<Finding> findings) {
    /**
     * Describes a split.
     *
     * @param name train, val or test
     * @param volumes number of volumes
     * @param channels number of channels of each
     * @param size voxels along the three axes of each
     * @param type NumPy's name of the element type
     * @param least the smallest value; null if values were not looked at, as the next one
     * @param greatest the largest value
     * @param classes number of volumes of each class; empty if the labels cannot be read
     */
    public record SplitInfo(
            String name,
            int volumes,
            int channels,
            List<Integer> size,
            String type,
            @Nullable Double least,
            @Nullable Double greatest,
            List<Integer> classes) {}

    /** Returns the number of errors. */
    public long errors() {
        return findings.stream().filter(Finding::isError).count();
    }

    /** Returns a text for the terminal. */
    public String toText() {
        StringBuilder text = new StringBuilder(file).append('\n');
        for (SplitInfo split : splits) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-13s  %d volumes of %s voxels%s, %s%s%n",
                    split.name,
                    split.volumes,
                    String.join("×", split.size.stream().map(String::valueOf).toList()),
                    split.channels == 1 ? "" : " and " + split.channels + " channels",
                    split.type,
                    split.least == null || split.greatest == null
                            ? ""
                            : " from " + ValueCheck.shown(split.least) + " to " + ValueCheck.shown(split.greatest)));
        }
        if (task != null) {
            text.append("  task           ").append(task).append('\n');
        }
        for (int k = 0; k < labels.size(); k++) {
            int label = k;
            text.append(String.format(
                    Locale.ROOT,
                    "  %-13s  %s, %s volumes%n",
                    "class " + label,
                    labels.get(label),
                    String.join(
                            "/",
                            splits.stream()
                                    .map(split -> String.valueOf(split.classes.get(label)))
                                    .toList())));
        }
        findings.forEach(finding -> text.append(finding.isError() ? "ERROR    " : "warning  ")
                .append(finding.message())
                .append("\n         ")
                .append(finding.advice())
                .append('\n'));
        return text.append(checked ? conclusion() : "").toString();
    }

    private String conclusion() {
        long warnings = findings.size() - errors();
        return findings.isEmpty()
                ? "Nothing suspicious: no blank, doubled or damaged volumes, and every class in every split\n"
                : (errors() == 1 ? "1 error, " : errors() + " errors, ")
                        + (warnings == 1 ? "1 warning\n" : warnings + " warnings\n");
    }
}
