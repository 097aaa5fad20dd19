package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.member.MemberResult;

/**
 * Holds the contents of a report.
 *
 * @param run the run, finished or not
 * @param evaluation all finished members on the reported split, and their ensemble
 * @param history the learning curves
 */
record Subject(RunFiles run, Evaluation evaluation, History history) {
    /** Returns all finished members on the split. */
    Ensemble ensemble() {
        return evaluation.ensemble();
    }

    /** Returns what the ensemble is called in tables. */
    String name() {
        return ensemble().baselines().isEmpty()
                        && ensemble().models().stream()
                                .allMatch(model -> model.run().isEmpty())
                ? "This run"
                : "These models";
    }

    /** Returns the run's data set. */
    VolumeData data() {
        return ensemble().data();
    }

    /** Returns the split that is reported. */
    Split split() {
        return ensemble().split();
    }

    /** Returns the weights of the weighted ensemble. */
    EnsembleWeights weights() {
        return evaluation.weighted().weights();
    }

    /** Returns the probabilities of the weighted ensemble, (N, classes). */
    double[][] scores() {
        return evaluation.weighted().scores();
    }

    /** Returns the seed of all intervals. */
    long seed() {
        return run.info().settings().seed();
    }

    /** Returns the number of members to train. */
    int membersPlanned() {
        return run.info().settings().models();
    }

    boolean isFinished() {
        return ensemble().members() >= membersPlanned();
    }

    /** Returns the finished members, in order. */
    List<MemberResult> members() {
        return ensemble().models().stream()
                .filter(model -> model.kind() == ModelKind.BEST)
                .map(Ensemble.Model::member)
                .toList();
    }

    /** Returns the models of one kind, in order of the members. */
    List<Ensemble.Model> models(ModelKind kind) {
        return ensemble().models().stream()
                .filter(model -> model.kind() == kind)
                .toList();
    }

    /** Returns the weights for one group alone; empty if they are all zero. */
    Optional<EnsembleWeights> only(ModelKind kind) {
        return weights()
                .with(
                        kind == ModelKind.LAST ? 1 : 0,
                        kind == ModelKind.BEST ? 1 : 0,
                        weights().members());
    }

    /** Returns the weights without one member; empty if they are all zero. */
    Optional<EnsembleWeights> without(int position) {
        List<Double> members = new ArrayList<>(weights().members());
        members.set(position, 0.0);
        return weights().with(weights().last(), weights().best(), members);
    }

    /** Returns the share of the total weight that these models have, from 0 to 1. */
    double share(Predicate<Ensemble.Model> models) {
        return sum(models) / sum(model -> true);
    }

    private double sum(Predicate<Ensemble.Model> models) {
        return ensemble().models().stream()
                .filter(models)
                .mapToDouble(model -> weights().of(model.position(), model.kind()))
                .sum();
    }

    /** Returns the name of a member: its number from 0, as in the run's files, and its net. */
    static String nameOf(int index, String net) {
        return "member " + index + " " + net;
    }

    static String nameOf(MemberResult member) {
        return nameOf(member.index(), member.net().name());
    }
}
