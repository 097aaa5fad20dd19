package dev.voxgrad.medmnist.search;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberFiles;
import dev.voxgrad.medmnist.run.member.MemberLock;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.Rungs;
import dev.voxgrad.medmnist.search.strategy.TrialState;

import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Reads and writes the files of one trial. Only the process that holds the lock of the run's member changes them, and
 * nothing of an incomplete trial is ever read: its folder counts from the moment at which it has a {@code trial.json}.
 */
final class TrialFiles {
    /** The only member of a trial's run. */
    static final int MEMBER = 0;

    private static final String FILE = "trial.json";

    private final RunFolder search;
    private final Space space;
    private final Rungs rungs;
    private final int number;
    private final Path folder;

    /**
     * Finds the files of a trial, which need not exist yet.
     *
     * @param space that its configuration is from
     * @param rungs that it can be sent to
     */
    TrialFiles(RunFolder search, Space space, Rungs rungs, int number) {
        this.search = search;
        this.space = space;
        this.rungs = rungs;
        this.number = number;
        this.folder = search.path().resolve(name(number));
    }

    /** Returns the name of a trial's folder below that of the search. */
    private static String name(int number) {
        return String.format(Locale.ROOT, "trials/%04d", number);
    }

    int number() {
        return number;
    }

    /** Returns whether there is a trial with this number. */
    boolean exist() {
        return search.exists(folder.resolve(FILE));
    }

    /** Returns the folder of the trial's run. */
    Path run() {
        return folder.resolve("run");
    }

    /** Returns whether there is a run; fails if it, or a folder on the way to it, is a link. */
    private boolean hasRun() {
        return search.exists(run().resolve(RunFiles.RUN_FILE));
    }

    private MemberFiles member() {
        hasRun(); // fails if the run is elsewhere
        return new MemberFiles(run(), MEMBER);
    }

    /** Takes the lock of the trial; it has a run. */
    MemberLock takeLock() {
        return member().takeLock();
    }

    /**
     * Returns the contents of {@code trial.json}.
     *
     * @throws DataFileException if it is missing, damaged or of another search
     */
    TrialInfo info() {
        Path file = folder.resolve(FILE);
        TrialInfo info = RunJson.read(search.read(file), TrialInfo.class, file.toString());
        try {
            space.canonical(info.configuration());
            requireWithin("rung", info.rung(), 0, rungs.top());
            return info;
        } catch (IllegalArgumentException e) {
            throw new DataFileException(file.toString(), "does not belong to this search: " + e.getMessage(), e);
        }
    }

    /** Writes {@code trial.json}, complete or not at all; makes the trial's folder if there is none. */
    void write(TrialInfo info) {
        search.makeFolder(name(number));
        search.write(folder.resolve(FILE), RunJson.write(info));
    }

    /** Opens the trial's run, and creates it first if there is none, or an earlier attempt was interrupted. */
    RunFiles openOrCreateRun(Function<Path, RunFiles> creator) {
        if (!hasRun()) {
            RunFiles.createWhole(run(), creator);
        }
        return RunFiles.open(run());
    }

    /** Returns the checkpoints of the trial, from which training would continue. */
    List<Path> checkpoints() {
        Path newest = member().checkpoint();
        return Stream.of("", ".previous", ".new", ".damaged")
                .map(end -> newest.resolveSibling(newest.getFileName() + end))
                .filter(search::exists)
                .toList();
    }

    /** Returns the state of the run's member; empty before its first checkpoint. */
    Optional<MemberState> state() {
        return member().state();
    }

    /**
     * Returns the trial as it is now. The lock is examined before the files are read, so a trial that reaches its rung
     * in between never appears to be interrupted.
     */
    Trial read() {
        return read(member().holder());
    }

    /**
     * Returns the trial as if no process trained it, without a look at its lock: the process that holds a lock would
     * lose it by that.
     */
    Trial readWithoutLock() {
        return read(Optional.empty());
    }

    private Trial read(Optional<String> holder) {
        TrialInfo info = info();
        Optional<MemberState> state = state();
        return new Trial(
                number,
                run(),
                info,
                status(info, holder.isPresent()),
                state.map(MemberState::epochs).orElse(0),
                state.map(TrialFiles::seconds).orElse(0.0),
                holder);
    }

    private static TrialState.Status status(TrialInfo info, boolean held) {
        if (info.failure() != null) {
            return TrialState.Status.FAILED;
        }
        if (info.isThere()) {
            return TrialState.Status.WAITING;
        }
        return held ? TrialState.Status.RUNNING : TrialState.Status.INTERRUPTED;
    }

    private static double seconds(MemberState state) {
        return state.seconds()
                + state.history().stream().mapToDouble(EpochResult::seconds).sum();
    }

    private Path logitsFile() {
        return search.path().resolve(String.format(Locale.ROOT, "predictions/%04d-val.npy", number));
    }

    /**
     * Writes the logits of the best model so far on the validation split.
     *
     * @param logits (N, classes), as float32 nets compute them
     */
    void writeLogits(double[][] logits) {
        int classes = logits[0].length;
        float[] values = new float[logits.length * classes];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) logits[i / classes][i % classes];
        }
        search.makeFolder("predictions");
        AtomicFile.write(
                search.require(logitsFile()),
                NpyArray.ofFloats(values, logits.length, classes).encode());
    }

    /**
     * Reads what {@link #writeLogits} wrote.
     *
     * @throws DataFileException if the file is missing, damaged or has another shape
     */
    double[][] readLogits(int volumes, int classes) {
        Path file = search.require(logitsFile());
        NpyArray array = NpyArray.read(file);
        int[] shape = array.shape();
        if (shape.length != 2 || shape[0] != volumes || shape[1] != classes) {
            throw new DataFileException(
                    file.toString(),
                    "is an array of " + array + "; expected the logits of " + volumes + " volumes and " + classes
                            + " classes");
        }
        double[][] logits = new double[volumes][classes];
        for (int i = 0; i < volumes * classes; i++) {
            double logit = array.getDouble(i);
            if (!Double.isFinite(logit)) {
                throw new DataFileException(file.toString(), "is damaged: volume " + i / classes + " has " + logit);
            }
            logits[i / classes][i % classes] = logit;
        }
        return logits;
    }
}
