package dev.voxgrad.medmnist.search.analysis;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.search.RungResult;
import dev.voxgrad.medmnist.search.Trial;

/**
 * Contains the course of a search: the best validation AUC of any trial against the epochs that all trials were trained
 * for, in the order in which the jobs were given out.
 *
 * @param epochs ascending, one for each job with a result
 * @param best the largest AUC so far
 */
public record Progress(List<Integer> epochs, List<Double> best) {
    public Progress {
        epochs = List.copyOf(epochs);
        best = List.copyOf(best);
    }

    /** One result of a trial, the job that led to it, and the epochs of this job. */
    private record Step(int job, int epochs, double auc) {}

    /** Returns the course of a search with these trials. */
    public static Progress of(List<Trial> trials) {
        List<Step> steps = trials.stream()
                .flatMap(Progress::steps)
                .sorted(Comparator.comparingInt(Step::job))
                .toList();
        int[] epochs = steps.stream().mapToInt(Step::epochs).toArray();
        double[] best = steps.stream().mapToDouble(Step::auc).toArray();
        for (int i = 1; i < steps.size(); i++) {
            epochs[i] += epochs[i - 1];
            best[i] = Math.max(best[i], best[i - 1]);
        }
        return new Progress(
                IntStream.of(epochs).boxed().toList(),
                IntStream.range(0, best.length).mapToObj(i -> best[i]).toList());
    }

    private static Stream<Step> steps(Trial trial) {
        List<RungResult> results = trial.info().results();
        return IntStream.range(0, results.size())
                .mapToObj(rung -> new Step(
                        trial.info().jobs().get(rung),
                        results.get(rung).epochs()
                                - (rung == 0 ? 0 : results.get(rung - 1).epochs()),
                        results.get(rung).auc()));
    }

    /** Returns the best AUC after at most that many epochs; NaN if no trial had a result by then. */
    public double after(int budget) {
        double found = Double.NaN;
        for (int i = 0; i < epochs.size() && epochs.get(i) <= budget; i++) {
            found = best.get(i);
        }
        return found;
    }
}
