package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.MemberStatus;

/** Divides {@code train --resume} into one job for each member that is not finished, the longest first. */
final class TrainOnSpark extends DistributedCommand {
    private static final Set<String> OPTIONS = Set.of(
            "--resume",
            "--members",
            "--checkpoint-minutes",
            "--workers",
            "--root",
            "--npz",
            "--cache",
            "--device",
            "--quiet",
            "--debug");

    private final GivenOptions options;
    private final Path folder;
    private final RunFiles run;
    private final List<Integer> members;
    private boolean submitted;

    TrainOnSpark(GivenOptions options) {
        this.options = options;
        this.folder = options.folder(
                "--resume", "create the run first: medmnist train ... --out RUN --prepare, then train --resume RUN");
        options.refuseAllBut(
                OPTIONS,
                "spark.task.cpus sets the threads, and 'medmnist train --resume RUN ... --prepare' changes a run");
        this.run = RunFiles.open(folder);
        this.members = options.members(run.info().settings().models());
        for (MemberStatus member : chosen()) {
            member.holder().ifPresent(who -> {
                throw new DataFileException(
                        folder.toString(),
                        "member " + member.index() + " is being trained by " + who
                                + "; wait for it, stop it, or choose others with --members");
            });
        }
    }

    private List<MemberStatus> chosen() {
        return run.status().stream()
                .filter(member -> members.contains(member.index()))
                .toList();
    }

    @Override
    Path folder() {
        return folder;
    }

    @Override
    List<SparkJob> next(int inProgress, int slots) {
        if (submitted) {
            return List.of();
        }
        submitted = true;
        Map<NetSpec, Double> costs = new HashMap<>();
        int epochs = run.info().settings().epochs();
        return chosen().stream()
                .filter(member -> !member.finished() && member.failure().isEmpty())
                .sorted(Comparator.comparingDouble((MemberStatus member) ->
                        -costs.computeIfAbsent(member.net(), this::costOfEpoch) * (epochs - member.epochs())))
                .map(member -> job(member, epochs))
                .toList();
    }

    /** Returns the work of an epoch, relative to that of other nets. */
    private double costOfEpoch(NetSpec net) {
        RunInfo info = run.info();
        VolumeShape shape = info.shape();
        return shape == null
                ? 1
                : NetSummary.of(net, shape, Math.max(2, info.labelNames().size()))
                        .flop();
    }

    private SparkJob job(MemberStatus member, int epochs) {
        List<String> words = new ArrayList<>(options.words(Set.of("--resume", "--members")));
        words.add("--resume=" + folder);
        words.add("--members=" + member.index());
        return new SparkJob(
                "member " + member.index() + " (" + member.net().name() + "), epochs " + (member.epochs() + 1) + " to "
                        + epochs,
                words,
                folder.toString(),
                member.index());
    }

    @Override
    int show(PrintWriter out, PrintWriter err) {
        int code = Main.execute(out, err, "status", folder.toString());
        chosen().stream().map(MemberStatus::failure).flatMap(Optional::stream).forEach(why -> {
            if (failures().stream().noneMatch(failure -> failure.contains(why))) {
                addFailure(why); // in an earlier run of the driver
            }
        });
        return code;
    }
}
