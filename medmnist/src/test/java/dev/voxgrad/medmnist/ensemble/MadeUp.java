package dev.voxgrad.medmnist.ensemble;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.member.MemberResult;

/** Creates ensembles of made-up logits, without volumes and nets. */
final class MadeUp {
    private static final VolumeShape SHAPE = new VolumeShape(1, 1);

    private MadeUp() {}

    /** Creates one with one class per volume; logits are of each member's last and best model in turn, (N, classes). */
    static Ensemble ensemble(int[] labels, double[][]... logits) {
        int classes = logits[0][0].length;
        Split split = Split.of("val", SHAPE, new byte[labels.length], labels);
        return of(classes == 2 ? Task.BINARY : Task.MULTI_CLASS, classes, split, List.of(logits));
    }

    /** Creates one with several labels per volume. */
    static Ensemble multiLabel(int[][] labels, double[][]... logits) {
        return of(
                Task.MULTI_LABEL,
                labels[0].length,
                Split.ofMultiLabel("val", SHAPE, new byte[labels.length], labels),
                List.of(logits));
    }

    private static Ensemble of(Task task, int classes, Split split, List<double[][]> logits) {
        List<String> names =
                IntStream.range(0, classes).mapToObj(c -> "class " + c).toList();
        VolumeData data =
                new VolumeData("made-up", "", task, names, false, true, Optional.empty(), split, split, split);
        List<Ensemble.Model> models = new ArrayList<>();
        for (int k = 0; k < logits.size(); k++) {
            Metrics none = new Metrics(0, 0);
            MemberResult member = new MemberResult(k / 2, StudyNet.NET1, 1, none, none, 1);
            models.add(new Ensemble.Model(k / 2, "", member, ModelKind.values()[k % 2], logits.get(k)));
        }
        return new Ensemble(data, split, models, List.of());
    }

    /** Returns labels of all classes in turn. */
    static int[] labels(int count, int classes) {
        return IntStream.range(0, count).map(i -> i % classes).toArray();
    }

    /** Returns normally distributed logits, higher by {@code skill} at the label. */
    static double[][] logits(SplittableRandom random, int[] labels, int classes, double skill) {
        double[][] logits = new double[labels.length][classes];
        for (int i = 0; i < labels.length; i++) {
            for (int c = 0; c < classes; c++) {
                logits[i][c] = random.nextGaussian() + (c == labels[i] ? skill : 0);
            }
        }
        return logits;
    }

    /** Returns the log-loss of a mixture by its definition: slow and obvious. */
    static double logLoss(int[] labels, double[] weights, List<double[][]> logits) {
        double sum = 0;
        for (int i = 0; i < labels.length; i++) {
            double total = 0;
            double own = 0;
            for (int c = 0; c < logits.getFirst()[i].length; c++) {
                double z = 0;
                for (int k = 0; k < weights.length; k++) {
                    z += weights[k] * logits.get(k)[i][c];
                }
                total += Math.exp(z);
                own = c == labels[i] ? z : own;
            }
            sum += Math.log(total) - own;
        }
        return sum / labels.length;
    }
}
