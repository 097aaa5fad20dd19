package dev.voxgrad.medmnist.search.space;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/** Provides the space that a search has unless a file gives another one. */
public final class DefaultSpace {
    private static final String USUAL =
            " width=1 lr=0.001 weight-decay=0.0005 optimizer=adamw batch-size=32 augment=none clip-norm=0 ema=0";

    private DefaultSpace() {}

    /**
     * Returns the dimensions that matter for volumes of a kind: no class weights for several labels, no net that needs
     * larger volumes, and no warm-up of all epochs. Settings that are known to work come first: each of the study's
     * nets as the study trained it but without augmentation, then one with half a cosine and gentle augmentation, and
     * one with balanced classes.
     *
     * @param shortest voxels along the shortest axis of a volume, at least 4
     * @param epochs that a trial has at its last rung
     * @throws IllegalArgumentException if the volumes are too small for all nets
     */
    public static Space of(Task task, int shortest, int epochs) {
        List<String> nets = StudyNet.ALL.stream()
                .filter(net -> net.smallestEdge() <= shortest)
                .map(NetSpec::name)
                .toList();
        if (nets.isEmpty()) {
            throw new IllegalArgumentException(
                    "shortest axis is " + shortest + "; expected at least " + StudyNet.NET1.smallestEdge());
        }
        boolean weights = task != Task.MULTI_LABEL;
        List<String> lines = new ArrayList<>(List.of(
                "net choice " + String.join(", ", nets),
                "width choice 0.5, 1",
                "lr log 1e-4 to 0.01",
                "weight-decay log 1e-6 to 0.1",
                "optimizer choice adamw, adam, sgd",
                "batch-size choice 16, 32, 64",
                "augment choice none, centred, torchio",
                "clip-norm choice 0, 1",
                "ema choice 0, 0.99",
                "schedule choice constant, cosine, multistep",
                "warmup-epochs int 0 to " + Math.clamp(epochs - 1, 0, 2)));
        if (weights) {
            lines.add("class-weights choice none, balanced");
        }
        first(nets, weights).forEach(one -> lines.add(SpaceFile.FIRST + " " + one));
        return SpaceFile.parse(lines, "default space");
    }

    private static List<String> first(List<String> nets, boolean weights) {
        String plain = USUAL + " schedule=constant warmup-epochs=0" + (weights ? " class-weights=none" : "");
        List<String> first =
                nets.stream().map(net -> "net=" + net + plain).collect(Collectors.toCollection(ArrayList::new));
        String middle = nets.get(Math.min(1, nets.size() - 1));
        first.add("net=" + middle + plain.replace("=constant", "=cosine").replace("augment=none", "augment=centred"));
        if (weights) {
            first.add("net=" + nets.getFirst() + plain.replace("class-weights=none", "class-weights=balanced"));
        }
        return first;
    }
}
