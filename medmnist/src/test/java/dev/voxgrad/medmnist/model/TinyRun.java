package dev.voxgrad.medmnist.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.StopSignal;
import dev.voxgrad.medmnist.train.TrainListener;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Trains a few nets on small synthetic volumes for two epochs, for tests that need a run. */
public final class TinyRun {
    private TinyRun() {}

    /** Trains one member of each net. */
    public static RunFiles train(Path folder, SyntheticShapes.Settings shapes, List<NetSpec> nets, Device device) {
        TrainSettings settings = TrainSettings.builder()
                .models(nets.size())
                .nets(nets)
                .epochs(2)
                .batchSize(8)
                .augment("none")
                .build();
        VolumeData data = SyntheticShapes.make(shapes);
        RunFiles run = RunFiles.create(folder, info(shapes, data.train().shape(), settings));
        Trainer.Control control = new Trainer.Control(Duration.ofHours(1), new StopSignal());
        new Trainer(run, data, device, new Silent(), control)
                .run(IntStream.range(0, nets.size()).boxed().toList());
        return run;
    }

    /** Returns the description of such a run. */
    public static RunInfo info(SyntheticShapes.Settings shapes, @Nullable VolumeShape shape, TrainSettings settings) {
        return new RunInfo(
                "1",
                "25",
                "2026-01-01T00:00:00Z",
                "cpu: 1 thread, ",
                "auto",
                true,
                null,
                DataSource.synthetic(shapes),
                null,
                true,
                "multi-class",
                SyntheticShapes.LABELS,
                shape,
                null,
                settings);
    }

    /** Ignores all progress. */
    public static final class Silent implements TrainListener {
        @Override
        public void memberStarts(int member, NetSpec net, int epochs, double bestAuc) {}

        @Override
        public void stepDone(int member, int epoch, int step, int steps, double loss) {}

        @Override
        public void epochDone(EpochResult epoch, boolean best) {}

        @Override
        public void memberDone(MemberResult member) {}

        @Override
        public void memberFailed(int member, String why) {
            throw new AssertionError(why);
        }

        @Override
        public void warning(String message) {
            throw new AssertionError(message);
        }
    }
}
