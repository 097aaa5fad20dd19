package dev.voxgrad.bench.search;

import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

import dev.voxgrad.bench.peers.Spread;
import dev.voxgrad.medmnist.search.analysis.Progress;
import dev.voxgrad.medmnist.search.strategy.Method;

/** Writes the courses of searches as a table in Markdown: a row for each budget, a column for each strategy. */
final class CourseTable {
    private static final int ROWS = 8;

    private CourseTable() {}

    /**
     * Returns the table: the median of the best AUC over the seeds, and the smallest and the largest in brackets.
     *
     * @param courses one for each seed
     * @param budget epochs of each search
     */
    static String toText(SequencedMap<Method, List<Progress>> courses, int budget) {
        StringBuilder text = new StringBuilder("\n| epochs |");
        courses.keySet()
                .forEach(method -> text.append(' ').append(method.flag()).append(" |"));
        text.append("\n|---|").append("---|".repeat(courses.size())).append('\n');
        int step = Math.max(1, budget / ROWS);
        for (int epochs = step; epochs <= budget; epochs += step) {
            text.append("| ").append(epochs).append(" |");
            for (List<Progress> ofSeeds : courses.values()) {
                text.append(' ').append(cell(ofSeeds, epochs)).append(" |");
            }
            text.append('\n');
        }
        return text.append("\nBest validation AUC so far: median of ")
                .append(courses.firstEntry().getValue().size())
                .append(" seeds, and their range. It rises in part by chance, and is no estimate for other volumes.\n")
                .toString();
    }

    /** Returns a cell; a dash if one of the searches has no result after so many epochs. */
    private static String cell(List<Progress> ofSeeds, int epochs) {
        double[] best =
                ofSeeds.stream().mapToDouble(course -> course.after(epochs)).toArray();
        for (double one : best) {
            if (Double.isNaN(one)) {
                return "–";
            }
        }
        Spread spread = Spread.of(best);
        return String.format(Locale.ROOT, "%.3f (%.3f–%.3f)", spread.median(), spread.min(), spread.max());
    }
}
