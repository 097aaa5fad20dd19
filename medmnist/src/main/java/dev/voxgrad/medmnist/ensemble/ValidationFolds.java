package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.data.Folds;
import dev.voxgrad.medmnist.data.Split;

/**
 * Cuts the validation volumes into folds, several times: what is fitted to all folds but one is scored on that one, whose
 * volumes it has not seen.
 *
 * <p>In a random order, the volumes of one class are dealt to the folds in turn, then those of the next class from where
 * the former has ended, so that every fold has its share of each class. In a multi-label task, each combination of
 * labels is dealt as a class. There are {@value #FOLDS} folds, or as many as the rarest class has volumes.
 *
 * @param folds number of folds of each cut
 * @param cuts number of cuts
 * @param parts one for each cut and fold, but for those without an AUC, because a class is missing from the fold or from
 *     all others; so there is none if a class has one volume only
 */
record ValidationFolds(int folds, int cuts, List<ValidationFolds.Part> parts) {
    /** The number of folds, unless a class has fewer volumes. */
    static final int FOLDS = 5;

    private static final int PURPOSE = RandomPurpose.named("validation folds", 0);

    /**
     * Holds the same models on the volumes to fit to, and on those of one fold, to score.
     *
     * @param cut number of the cut, from 0
     */
    record Part(int cut, Ensemble fitted, Ensemble scored) {}

    ValidationFolds {
        parts = List.copyOf(parts);
    }

    /** Cuts the volumes into the usual number of folds; otherwise as the other method. */
    static ValidationFolds of(Ensemble validation, int cuts, long seed) {
        return of(validation, FOLDS, cuts, seed);
    }

    /**
     * Cuts the volumes.
     *
     * @param most the maximum number of folds, 2 or more
     */
    static ValidationFolds of(Ensemble validation, int most, int cuts, long seed) {
        int folds = Math.clamp(rarest(validation), 2, most);
        Split split = validation.split();
        List<Part> parts = new ArrayList<>();
        for (int cut = 0; cut < cuts; cut++) {
            int[] foldOf = Folds.deal(split.size(), folds, new RandomStream(seed, cut, 0, PURPOSE), split::labelsOf);
            for (int fold = 0; fold < folds; fold++) {
                int held = fold;
                int[] scored = IntStream.range(0, foldOf.length)
                        .filter(i -> foldOf[i] == held)
                        .toArray();
                int[] fitted = IntStream.range(0, foldOf.length)
                        .filter(i -> foldOf[i] != held)
                        .toArray();
                if (scored.length > 0 && fitted.length > 0) {
                    parts.add(new Part(cut, validation.only(fitted), validation.only(scored)));
                }
            }
        }
        return new ValidationFolds(
                folds,
                cuts,
                parts.stream()
                        .filter(part -> hasAuc(part.fitted()) && hasAuc(part.scored()))
                        .toList());
    }

    private static boolean hasAuc(Ensemble ensemble) {
        return !Double.isNaN(ensemble.auc(ensemble.logits().getFirst()));
    }

    /** Returns the number of volumes of the rarest class; of the rarest answer in a multi-label task. */
    private static int rarest(Ensemble validation) {
        Split split = validation.split();
        int rarest = split.size();
        for (int c = 0; c < validation.data().classes(); c++) {
            int label = c;
            int with = (int) IntStream.range(0, split.size())
                    .filter(i -> split.isMultiLabel() ? split.multiLabels()[i][label] == 1 : split.labels()[i] == label)
                    .count();
            rarest = Math.min(rarest, split.isMultiLabel() ? Math.min(with, split.size() - with) : with);
        }
        return rarest;
    }
}
