package dev.voxgrad.medmnist.cli.ui;

import java.util.List;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.NetSummary;

/** Shows the progress of a prediction, with the time left; assumes that a net's time is proportional to its FLOPs. */
public final class PredictionProgress implements ObjIntConsumer<ModelFile> {
    private final Console console;
    private final List<ModelFile> files;
    private final int volumes;
    private final Map<NetSpec, Double> workOfVolume;
    private final TimeLeft time = new TimeLeft();

    /**
     * Shows the progress of these nets.
     *
     * @param files the nets, in the order in which they run
     * @param shape of a volume as the nets take it
     * @param volumes number of volumes that each net sees, counting draws
     */
    public PredictionProgress(Console console, List<ModelFile> files, VolumeShape shape, int classes, int volumes) {
        this.console = console;
        this.files = files;
        this.volumes = volumes;
        this.workOfVolume = files.stream().map(ModelFile::net).distinct().collect(Collectors.toMap(net -> net, net ->
                (double) NetSummary.of(net, shape, classes).flop()));
        files.forEach(file -> time.plan(work(file, volumes)));
    }

    private double work(ModelFile file, int count) {
        return workOfVolume.getOrDefault(file.net(), 0.0) * count;
    }

    @Override
    public void accept(ModelFile file, int done) {
        int number = files.indexOf(file);
        double before = files.subList(0, number).stream()
                .mapToDouble(earlier -> work(earlier, volumes))
                .sum();
        console.status(
                "net " + (number + 1) + "/" + files.size() + " (" + file + ")",
                "volume " + done + "/" + volumes,
                Console.duration(time.secondsLeft(before + work(file, done))) + " left");
    }
}
