package dev.voxgrad.medmnist.benchmark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunTables;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberLockedException;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.Predictor;

/**
 * Evaluates the finished runs of a row, each once: scores validation and test with the last and the best model, and
 * writes the figures and, for an official set, standard result files.
 */
public final class RowEvaluator {
    private final RowFiles row;
    private final RunFiles run;
    private final VolumeData data;
    private final Device device;
    private final Runnable between;

    /**
     * Prepares to evaluate a row, with the settings that it has now: another process may have added runs or epochs.
     *
     * @param data the volumes as the row's nets take them
     * @param between called between two models; if it throws, what is evaluated so far is kept
     */
    public RowEvaluator(RowFiles row, VolumeData data, Device device, Runnable between) {
        this.run = RunFiles.open(row.run().folder());
        this.row = new RowFiles(run);
        this.data = data;
        this.device = device;
        this.between = between;
    }

    /**
     * Evaluates all finished members that no other process holds and that have not been evaluated yet.
     *
     * @return whether there was one
     */
    public boolean evaluate() {
        boolean any = false;
        for (int member = 0; member < run.info().settings().models(); member++) {
            Optional<MemberResult> result = row.finished(member);
            if (result.isPresent() && row.evaluation(member).isEmpty()) {
                any |= evaluate(result.get());
            }
        }
        return any;
    }

    private boolean evaluate(MemberResult member) {
        try (MemberLock _ = run.member(member.index()).takeLock()) {
            RunTables.write(run); // a process that was killed may have finished the member, but not the tables
            List<RunEvaluation.Score> scores = new ArrayList<>();
            for (Split split : List.of(data.val(), data.test())) {
                scores.addAll(scores(member, split));
            }
            row.write(new RunEvaluation(member.index(), member.bestEpoch(), member.lastEpoch(), scores));
            return true;
        } catch (MemberLockedException e) {
            return false; // another process evaluates it
        }
    }

    private List<RunEvaluation.Score> scores(MemberResult member, Split split) {
        Ensemble models = Ensemble.load(
                TrainedModel.of(run).withMembers(List.of(member.index())),
                data,
                split,
                device,
                Predictor.Augmentation.OFF,
                done -> between.run());
        List<RunEvaluation.Score> scores = new ArrayList<>();
        for (Ensemble.Model model : models.models()) {
            double[][] probabilities = models.scores(model);
            Metrics metrics = models.metrics(probabilities);
            writeResult(model, split, metrics, probabilities);
            scores.add(RunEvaluation.Score.of(
                    model.kind(),
                    split.name(),
                    metrics,
                    models.intervals(probabilities, run.info().settings().seed())));
        }
        return scores;
    }

    private void writeResult(Ensemble.Model model, Split split, Metrics metrics, double[][] probabilities) {
        if (run.info().data() instanceof OfficialSet set) {
            MemberResult member = model.member();
            String name = member.net().name() + "-" + member.index() + "-"
                    + model.kind().label();
            Path folder = run.files().makeFolder(RowFiles.RESULTS);
            row.removeResults(split.name(), name);
            run.files()
                    .require(folder.resolve(
                            StandardResultFile.fileName(set.flag(), set.size(), split.name(), metrics, name)));
            StandardResultFile.write(folder, set.flag(), set.size(), split.name(), metrics, name, probabilities);
        }
    }
}
