package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.Tasks;

/**
 * Estimates how far figures on validation flatter the weights and the temperature that were fitted to it. The same fit
 * is repeated on all folds but one and scored on that one, for all folds of several cuts (nested cross-validation:
 * Varma and Simon, BMC Bioinformatics 7:91, 2006):
 *
 * <pre>
 * nested   = mean over cuts r and folds f of the AUC, on fold f, of the fit without fold f
 * optimism = AUC, on all of validation, of the fit to all of it  −  nested
 * </pre>
 *
 * <p>It is the same for the log-loss, whose optimism is negative. The nested value is unbiased for fits to that many
 * volumes, hence rather too low for one to all of them. In training, the best epochs were chosen on validation, too;
 * this is not repeated, so both values contain its optimism.
 *
 * @param folds number of folds of each cut
 * @param cuts number of cuts
 * @param auc on all of validation
 * @param nestedAuc nested value of the AUC
 * @param logLoss on all of validation, in nats, with the temperature if one was fitted
 * @param nestedLogLoss nested value of the log-loss
 */
public record Optimism(int folds, int cuts, double auc, double nestedAuc, double logLoss, double nestedLogLoss) {
    /** The number of cuts. */
    static final int CUTS = 4;

    /** Finds weights, and a temperature, for some validation volumes. */
    @FunctionalInterface
    interface Fit {
        /**
         * Fits to some volumes and scores others.
         *
         * @throws DataException if the fit is not possible with these volumes
         */
        Combination on(Ensemble fitted, Ensemble scored);
    }

    /** Holds the figures of one fold. */
    private record Scores(double auc, double logLoss) {}

    /**
     * Estimates the optimism of a fit; empty if a class has too few volumes, or the fit is not possible on any part.
     *
     * @param onAll figures, on all of validation, of the fit to all of it
     * @param progress receives the number of fits that are done, after each
     */
    static Optional<Optimism> estimate(
            ValidationFolds folds, Combination.OnValidation onAll, Fit fit, IntConsumer progress) {
        List<Optional<Scores>> scores =
                new ArrayList<>(Collections.nCopies(folds.parts().size(), Optional.empty()));
        AtomicInteger done = new AtomicInteger();
        Tasks.run(scores.size(), i -> {
            scores.set(i, score(folds.parts().get(i), fit));
            synchronized (done) {
                progress.accept(done.incrementAndGet());
            }
        });
        List<Scores> found = scores.stream().flatMap(Optional::stream).toList();
        return found.isEmpty() || onAll.auc().isEmpty()
                ? Optional.empty()
                : Optional.of(new Optimism(
                        folds.folds(),
                        folds.cuts(),
                        onAll.auc().getAsDouble(),
                        found.stream().mapToDouble(Scores::auc).average().orElseThrow(),
                        onAll.temperedLogLoss(),
                        found.stream().mapToDouble(Scores::logLoss).average().orElseThrow()));
    }

    private static Optional<Scores> score(ValidationFolds.Part part, Fit fit) {
        try {
            Combination found = fit.on(part.fitted(), part.scored());
            return Optional.of(new Scores(found.metrics().auc(), found.temperedLogLoss()));
        } catch (DataException e) {
            return Optional.empty(); // all weights zero, for instance: this part has no value
        }
    }

    /** Returns how far the AUC on validation is above the nested one. */
    public double ofAuc() {
        return auc - nestedAuc;
    }

    /** Returns how far the log-loss on validation is above the nested one: usually below zero. */
    public double ofLogLoss() {
        return logLoss - nestedLogLoss;
    }

    /** Returns the estimate in two lines, for the terminal. */
    String toText() {
        return String.format(
                Locale.ROOT,
                "Optimism: fitted to parts of validation and scored on the rest (%d folds, %d times), the same%n"
                        + "fit reaches AUC %.4f, log-loss %.4f: validation flatters it by %.4f and %.4f nats.",
                folds,
                cuts,
                nestedAuc,
                nestedLogLoss,
                ofAuc(),
                nestedLogLoss - logLoss);
    }
}
