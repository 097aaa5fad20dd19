package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.EnsembleWeights;
import dev.voxgrad.medmnist.train.MemberResult;
import dev.voxgrad.medmnist.train.ModelKind;
import dev.voxgrad.medmnist.train.RunFiles;

/**
 * What a report is about.
 *
 * @param run finished or not
 * @param data the run's volumes
 * @param split the part of them that is reported
 * @param ensemble all finished members on that split
 * @param weights of the ensemble
 * @param history the learning curves
 * @param scores probabilities of the weighted ensemble, (N, classes)
 */
record Subject(RunFiles run, VolumeData data, Split split, Ensemble ensemble, EnsembleWeights weights,
        History history, double[][] scores) {
    static Subject of(RunFiles run, VolumeData data, Split split, Ensemble ensemble, EnsembleWeights weights) {
        return new Subject(run, data, split, ensemble, weights, History.read(run.folder()),
                ensemble.scores(weights));
    }

    /** Members that were to be trained. */
    int membersPlanned() {
        return run.info().settings().models();
    }

    boolean isFinished() {
        return ensemble.members() >= membersPlanned();
    }

    /** The finished members, in order. */
    List<MemberResult> members() {
        return ensemble.models().stream().filter(model -> model.kind() == ModelKind.BEST)
                .map(Ensemble.Model::member).toList();
    }

    /** The models of one kind, in order of the members. */
    List<Ensemble.Model> models(ModelKind kind) {
        return ensemble.models().stream().filter(model -> model.kind() == kind).toList();
    }

    /** The members' weights for one group alone. */
    EnsembleWeights only(ModelKind kind) {
        return new EnsembleWeights(kind == ModelKind.LAST ? 1 : 0, kind == ModelKind.BEST ? 1 : 0,
                weights.members());
    }

    /** The weights with one member left out; empty if nothing would count then. */
    Optional<EnsembleWeights> without(int position) {
        List<Double> members = new ArrayList<>(weights.members());
        members.set(position, 0.0);
        return members.stream().allMatch(weight -> weight == 0) ? Optional.empty()
                : Optional.of(new EnsembleWeights(weights.last(), weights.best(), members));
    }

    /** How a member is called: its number from 0, as in the run's files, and its net. */
    static String nameOf(int index, String net) {
        return "member " + index + " " + net;
    }

    static String nameOf(MemberResult member) {
        return nameOf(member.index(), member.net().flag());
    }
}
