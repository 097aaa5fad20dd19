package dev.voxgrad.medmnist.baseline.selection;

import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Holds which models were chosen, and what the choice is based on: predictions for volumes of train that their models
 * were not fitted to.
 *
 * @param resampling how train was cut
 * @param candidates figures of all candidates that were tried
 * @param specs the same candidates, in the same order
 * @param chosen the models of the ensemble
 * @param ensemble figures of the ensemble
 * @param crossFitted figures of ensembles that were selected without the volumes that they predict; null for a holdout
 * @param outOfFold probabilities of the ensemble for train, (N, K); empty for a holdout
 */
public record Choice(
        Resampling resampling,
        List<CandidateResult> candidates,
        List<Candidate> specs,
        List<ChosenModel> chosen,
        Figures ensemble,
        @Nullable Figures crossFitted,
        Optional<double[][]> outOfFold) {}
