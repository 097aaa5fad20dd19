package dev.voxgrad.medmnist.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.io.TextFile;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.MemberFiles;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.run.member.MemberStatus;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Reads and writes the folder of one run:
 *
 * <pre>
 * run.json                           settings, data, versions: {@link RunInfo}
 * history.csv, timings.csv           one row per member and epoch: {@link RunTables}
 * members.csv                        one row per finished member
 * members/                           the progress of each member: {@link MemberFiles}
 * tensorboard/member-00-net1/        events.out.tfevents…: {@link EventFile}
 * scans.json                         how scans become volumes, if the volumes were imported
 * weights/member-00-net1-best.safetensors, …-last.safetensors
 * summary.csv                        one row per evaluated ensemble
 * results/                           MedMNIST's standard result files
 * </pre>
 */
public final class RunFiles {
    /** The name of the file that makes a folder a run's. */
    public static final String RUN_FILE = "run.json";
    /** The name of the file that says how scans become volumes. */
    public static final String SCANS_FILE = "scans.json";

    private final Path folder;
    private final RunFolder files;
    /** Whether this process started the run. */
    private final boolean started;
    /** Whether this process created the folder. */
    private final boolean createdFolder;

    private RunInfo info;

    private RunFiles(Path folder, RunInfo info, boolean started, boolean createdFolder) {
        this.folder = folder;
        this.files = new RunFolder(folder);
        this.info = info;
        this.started = started;
        this.createdFolder = createdFolder;
    }

    /**
     * Creates the folder of a new run.
     *
     * @throws DataFileException if the folder is not empty or cannot be created
     */
    public static RunFiles create(Path folder, RunInfo info) {
        requireEmpty(folder);
        RunFiles files = new RunFiles(folder, info, true, Files.notExists(folder));
        try {
            Files.createDirectories(folder);
            files.files.makeFolder("weights");
            files.files.makeFolder("members");
            files.writeInfo();
            RunTables.write(files);
            return files;
        } catch (IOException e) {
            files.removeIfNothingLearned();
            throw new DataFileException(
                    folder.toString(),
                    "the run's folder cannot be created: " + AtomicFile.describe(e) + "; choose another --out",
                    e);
        } catch (DataFileException e) {
            files.removeIfNothingLearned();
            throw e;
        }
    }

    /**
     * Creates a run under another name, so that it appears complete or not at all; what an interrupted attempt has left
     * is removed.
     *
     * @param creator creates a run in the folder that it receives
     */
    public static void createWhole(Path folder, Function<Path, RunFiles> creator) {
        requireEmpty(folder);
        Path unfinished = folder.resolveSibling("." + folder.getFileName() + ".new");
        if (Files.exists(unfinished)) {
            remove(unfinished);
        }
        creator.apply(unfinished);
        try {
            Files.deleteIfExists(folder);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be made: " + AtomicFile.describe(e), e);
        }
    }

    /**
     * Removes the files of a run that this process started, unless something was learned or another process trains one
     * of its members. An empty folder that existed before stays.
     *
     * @return whether nothing is left of the run
     */
    public boolean removeIfNothingLearned() {
        if (!Files.isDirectory(folder)) {
            return true;
        }
        if (!started
                || status().stream()
                        .anyMatch(member -> member.epochs() > 0
                                || member.step() > 0
                                || member.holder().isPresent())) {
            return false;
        }
        try {
            remove(folder, createdFolder);
            return true;
        } catch (DataFileException e) {
            // The error that led here is being reported, and matters more than these leftovers.
            return true;
        }
    }

    /** Removes a run's folder with its contents, after a trial. */
    public static void remove(Path folder) {
        remove(folder, true);
    }

    private static void remove(Path folder, boolean folderToo) {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.filter(path -> folderToo || !path.equals(folder))
                    .sorted(Comparator.reverseOrder())
                    .toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be removed: " + AtomicFile.describe(e), e);
        } catch (UncheckedIOException e) {
            throw new DataFileException(
                    folder.toString(),
                    "cannot be removed: " + AtomicFile.describe(Objects.requireNonNull(e.getCause())),
                    e);
        }
    }

    /** Throws unless {@code folder} is empty or does not exist; called early, before any work is done. */
    public static void requireEmpty(Path folder) {
        if (Files.exists(folder.resolve(RUN_FILE))) {
            throw new DataFileException(
                    folder.toString(),
                    "already contains a run, which is left as it is; choose another --out, or remove it first");
        }
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            if (entries.findAny().isPresent()) {
                throw new DataFileException(folder.toString(), "is not empty; choose another --out for the run");
            }
        } catch (IOException e) {
            throw new DataFileException(folder.toString(), "cannot be used for a run: " + AtomicFile.describe(e), e);
        }
    }

    /**
     * Opens the folder of an existing run.
     *
     * @throws DataFileException if there is no run in the folder, or its {@code run.json} is damaged
     */
    public static RunFiles open(Path folder) {
        Path file = folder.resolve(RUN_FILE);
        if (Files.exists(folder.resolve("baseline.json"))) {
            throw new DataFileException(
                    folder.toString(),
                    "contains no run of nets but a baseline, which 'medmnist report', 'predict', 'bundle' and 'ensemble "
                            + "--with' take; give the folder that train --out has created");
        }
        if (Files.notExists(file)) {
            throw new DataFileException(
                    folder.toString(),
                    "contains no run (run.json is missing); give the folder that train --out has created");
        }
        RunInfo info = RunJson.read(new RunFolder(folder).read(file), RunInfo.class, file.toString());
        return new RunFiles(folder, info, false, false);
    }

    public Path folder() {
        return folder;
    }

    /** Returns the access to the files below the folder, which follows no link out of it. */
    public RunFolder files() {
        return files;
    }

    /** Returns the path of a file of this run, such as {@code members.csv}; it is not a link, and may not exist yet. */
    public Path file(String name) {
        return files.file(name);
    }

    /** Writes a text file of this run, completely or not at all. */
    void write(String name, CharSequence text) {
        files.write(folder.resolve(name), text);
    }

    public RunInfo info() {
        return info;
    }

    /** Changes the run's settings, in {@code run.json} too. */
    public void changeSettings(TrainSettings settings) {
        info = info.withSettings(settings);
        writeInfo();
    }

    private void writeInfo() {
        write(RUN_FILE, RunJson.write(info));
    }

    /** Returns the files of one member. */
    public MemberFiles member(int index) {
        return new MemberFiles(folder, index);
    }

    /** Returns the results so far of all members that have finished an epoch, in order. */
    public List<MemberResult> started() {
        return states().stream()
                .filter(state -> !state.history().isEmpty())
                .map(state -> state.result(info.settings().ties()))
                .toList();
    }

    /** Returns the states of all members that have been started, in order. */
    List<MemberState> states() {
        List<MemberState> states = new ArrayList<>();
        for (int index = 0; index < info.settings().models(); index++) {
            state(index).ifPresent(states::add);
        }
        return states;
    }

    private Optional<MemberState> state(int index) {
        Optional<MemberState> state = member(index).state();
        NetSpec net = info.settings().netOf(index);
        if (state.isPresent() && !state.get().net().equals(net)) {
            throw new DataFileException(
                    member(index).stateFile().toString(),
                    "is damaged: field net is " + state.get().net() + "; expected " + net);
        }
        return state;
    }

    /** Returns the status of all members, in order, without disturbing the processes that train them. */
    public List<MemberStatus> status() {
        List<MemberStatus> status = new ArrayList<>();
        for (int index = 0; index < info.settings().models(); index++) {
            MemberState state = state(index)
                    .orElse(MemberState.atStart(index, info.settings().netOf(index)));
            status.add(MemberStatus.of(
                    state,
                    state.failure() == null && state.isFinished(info.settings()),
                    member(index).holder()));
        }
        return status;
    }

    /** Returns whether the run was started by a version that writes checkpoints. */
    public boolean hasCheckpoints() {
        return Files.isDirectory(folder.resolve("members"));
    }

    /**
     * Returns the finished members, in order.
     *
     * @throws DataFileException if there is none, or the table is damaged
     */
    public List<MemberResult> members() {
        Path file = folder.resolve("members.csv");
        List<MemberResult> members = new ArrayList<>();
        List<String> lines =
                files.lines(file).stream().filter(line -> !line.isBlank()).toList();
        for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            MemberResult member = member(file, lines.getFirst(), line);
            if (members.stream().anyMatch(other -> other.index() == member.index())) {
                throw new DataFileException(
                        file.toString(), "has member " + member.index() + " twice; remove one of the rows");
            }
            members.add(member);
        }
        if (members.isEmpty()) {
            throw new DataFileException(folder.toString(), "has no finished member yet; train one first");
        }
        return members.stream()
                .sorted((a, b) -> Integer.compare(a.index(), b.index()))
                .toList();
    }

    private static MemberResult member(Path file, String header, String row) {
        try {
            return MemberResult.parse(header, row);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(
                    file.toString(), "has the damaged row '" + TextFile.shown(row) + "': " + e.getMessage(), e);
        }
    }

    /** Returns the name of the folder in which TensorBoard finds a member's curves. */
    public String events(int member, String net) {
        return String.format(Locale.ROOT, "tensorboard/member-%02d-%s", member, net);
    }

    /** Returns the path of a member's weights, of its best or its last model. */
    public Path weights(int member, String net, ModelKind kind) {
        return file(String.format(Locale.ROOT, "weights/member-%02d-%s-%s.safetensors", member, net, kind.label()));
    }
}
