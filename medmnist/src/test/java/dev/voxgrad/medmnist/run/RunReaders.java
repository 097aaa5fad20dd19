package dev.voxgrad.medmnist.run;

import java.nio.file.Path;
import java.util.Optional;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OfficialSet;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.data.source.Synthetic;
import dev.voxgrad.medmnist.run.member.Checkpoint;
import dev.voxgrad.medmnist.run.member.MemberFiles;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Gives tests in other packages access to the readers of this package. */
public final class RunReaders {
    /** Synthetic volumes with up to this many voxels are made, to see whether that works. */
    private static final double FEW_VOXELS = 1e5;

    private RunReaders() {}

    /** Reads the checkpoint of a member. */
    public static void readCheckpoint(Path file) {
        Checkpoint.read(file).state().best();
    }

    /** Reads {@code members/member-00.json}, and describes the member's status. */
    public static void readState(Path file) {
        MemberState state =
                new MemberFiles(file.getParent().getParent(), 0).state().orElseThrow();
        MemberStatus.of(state, state.isFinished(TrainSettings.defaults(1)), Optional.empty())
                .words();
        state.epochsWithoutBetter();
    }

    /** Reads {@code run.json} and uses it as every command does first, except for loading large data. */
    public static void readInfo(Path file) {
        RunFiles run = RunFiles.open(file.getParent());
        RunInfo info = run.info();
        info.deviceName();
        TrainSettings settings = info.settings();
        run.status().forEach(MemberStatus::words);
        try {
            info.requireCompatible(TrainSettings.defaults(1));
        } catch (IncompatibleRunException e) {
            e.getMessage().length();
        }
        settings.options().rates(settings.learningRate(), settings.epochs()).at(0);
        settings.options().classWeights().forLoss();
        settings.augmentation();
        if (settings.initWeights() != null) {
            Path.of(settings.initWeights());
        }
        if (info.gpu() != null) {
            info.gpu().precision().length();
        }
        if (info.crossValidation() != null) {
            info.crossValidation().words().length();
            info.crossValidation().foldOf(settings.models() - 1);
        }
        readSource(info.data());
    }

    private static void readSource(DataSource source) {
        switch (source) {
            case Synthetic synthetic -> {
                SyntheticShapes.Settings shapes = synthetic.settings();
                double voxels = Math.pow(shapes.edge(), 3)
                        * Math.max(1.0, Math.max(shapes.train(), Math.max(shapes.val(), shapes.test())));
                if (voxels < FEW_VOXELS || voxels > Integer.MAX_VALUE) {
                    source.load(warning -> {});
                }
            }
            case OwnFile own -> Path.of(own.file());
            case OfficialSet set -> Path.of(set.root()).resolve(set.flag() + set.size());
        }
    }
}
