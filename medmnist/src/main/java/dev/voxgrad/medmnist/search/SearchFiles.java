package dev.voxgrad.medmnist.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.Job;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.search.strategy.Strategy;
import dev.voxgrad.medmnist.search.strategy.TrialState;

/**
 * Reads and writes the folder of a search, which any number of processes can share, on one machine or several:
 *
 * <pre>
 * search.json                        what is searched and how: {@link SearchInfo}
 * search.lock                        locked for a moment, while a process decides what it does next
 * trials/0007/trial.json             configuration and figures of a trial: {@link TrialInfo}
 * trials/0007/run/                   an ordinary run with one member: {@link RunFiles}
 * predictions/0007-val.npy           logits of the trial's best model on the validation split
 * leaderboard.csv                    derived from the trials, never read: {@link Leaderboard}
 * </pre>
 *
 * <p>There is no coordinator: a process that trains a trial holds the lock of its run's member, which the operating
 * system releases when the process ends, in whatever way.
 */
public final class SearchFiles {
    /** The name of the file that makes a folder a search's. */
    public static final String SEARCH_FILE = "search.json";

    private final RunFolder files;
    private final Space space;
    private SearchInfo info;

    private SearchFiles(Path folder, SearchInfo info) {
        this.files = new RunFolder(folder);
        this.info = info;
        this.space = info.space(folder.resolve(SEARCH_FILE).toString());
    }

    /** Returns whether a folder is a search's. */
    public static boolean isAt(Path folder) {
        return Files.exists(folder.resolve(SEARCH_FILE));
    }

    /**
     * Creates the folder of a new search.
     *
     * @throws DataFileException if the folder is not empty or cannot be created
     */
    public static SearchFiles create(Path folder, SearchInfo info) {
        requireEmpty(folder);
        SearchFiles search = new SearchFiles(folder, info);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(),
                    "the search's folder cannot be created: " + AtomicFile.describe(e) + "; choose another --out",
                    e);
        }
        search.writeInfo();
        return search;
    }

    /** Throws unless {@code folder} is empty or does not exist; called early, before any work is done. */
    public static void requireEmpty(Path folder) {
        if (isAt(folder)) {
            throw new DataFileException(
                    folder.toString(),
                    "already contains a search, which is left as it is; continue it with --resume, choose another "
                            + "--out, or remove it first");
        }
        RunFiles.requireEmpty(folder);
    }

    /**
     * Opens the folder of an existing search.
     *
     * @throws DataFileException if there is no search in the folder, or its {@code search.json} is damaged
     */
    public static SearchFiles open(Path folder) {
        Path file = folder.resolve(SEARCH_FILE);
        if (Files.notExists(file)) {
            throw new DataFileException(
                    folder.toString(),
                    "contains no search (search.json is missing); give the folder that search --out has created");
        }
        SearchInfo info = RunJson.read(new RunFolder(folder).read(file), SearchInfo.class, file.toString());
        return new SearchFiles(folder, info);
    }

    public Path folder() {
        return files.path();
    }

    public SearchInfo info() {
        return info;
    }

    /** Returns the space that trials are chosen from. */
    public Space space() {
        return space;
    }

    /** Returns what decides which trial is trained next. */
    Strategy strategy() {
        return info.plan().strategy(space);
    }

    /** Returns why there is nothing left to do, as the end of a sentence; empty if there is, or a trial is in training. */
    public Optional<String> end() {
        List<TrialState> states = trials().stream().map(Trial::state).toList();
        return strategy().next(states) instanceof Job.Finished(String reason) ? Optional.of(reason) : Optional.empty();
    }

    /** Changes the budget, in {@code search.json} too. */
    public void changePlan(Plan plan) {
        locked(() -> {
            info = open(folder()).info.withPlan(plan);
            writeInfo();
            return info;
        });
    }

    private void writeInfo() {
        files.write(folder().resolve(SEARCH_FILE), RunJson.write(info));
    }

    /** Does something that no other process does at the same time; it must take only a moment. */
    <T> T locked(Supplier<T> work) {
        return files.locked("search.lock", work);
    }

    /** Returns the files of a trial, which need not exist yet. */
    TrialFiles trial(int number) {
        return new TrialFiles(files, space, info.plan().rungs(), number);
    }

    /**
     * Returns all trials as they are now, in order, without disturbing the processes that train them. A process that
     * trains one itself must call {@link #trialsWithoutLocks} instead.
     *
     * @throws DataFileException if a trial is damaged or missing
     */
    public List<Trial> trials() {
        return read(TrialFiles::read);
    }

    /** Returns all trials without a look at their locks; none appears to be trained by a process. */
    public List<Trial> trialsWithoutLocks() {
        return read(TrialFiles::readWithoutLock);
    }

    private List<Trial> read(Function<TrialFiles, Trial> reader) {
        List<Trial> trials = new ArrayList<>();
        int count = count();
        for (int number = 0; number < count; number++) {
            trials.add(reader.apply(trial(number)));
        }
        return trials;
    }

    /** Returns the number of trials; the folder of one that is being created, or never was, does not count. */
    private int count() {
        List<Integer> numbers = numbers();
        int count = numbers.stream().mapToInt(number -> number + 1).max().orElse(0);
        if (numbers.size() < count) {
            int missing = IntStream.range(0, count)
                    .filter(number -> !numbers.contains(number))
                    .findFirst()
                    .orElseThrow();
            throw new DataFileException(
                    folder().resolve("trials").toString(),
                    "has no trial " + missing + " (its trial.json is missing), but trial " + (count - 1)
                            + "; put it back, or start a new search");
        }
        return count;
    }

    private List<Integer> numbers() {
        try {
            List<Integer> numbers = new ArrayList<>();
            for (Path one : files.list(folder().resolve("trials"))) {
                String name = one.getFileName().toString();
                if (name.matches("\\d{4,5}") && trial(Integer.parseInt(name)).exist()) {
                    numbers.add(Integer.parseInt(name));
                }
            }
            return numbers;
        } catch (IOException e) {
            throw new DataFileException(folder().toString(), "cannot be read: " + AtomicFile.describe(e), e);
        }
    }

    /** Returns the leaderboard of the trials as they are now. */
    public Leaderboard leaderboard() {
        return Leaderboard.of(info, space, trials());
    }

    /** Writes the leaderboard of these trials; called by the process that has locked the search. */
    void write(Leaderboard leaderboard) {
        files.write(folder().resolve(Leaderboard.FILE), leaderboard.toCsv());
    }

    /**
     * Returns the best trials of the highest rungs: first all that reached the last rung or the one before it, and
     * only if these are fewer than {@code most}, the ones of the rungs below, highest first. Trials of equal standing
     * are in the order of their scores.
     *
     * @param most at least 1
     * @throws DataFileException if no trial has reached a rung yet
     */
    public List<Trial> best(int most) {
        List<Integer> rungs = info.plan().rungs().epochs();
        int high = rungs.get(Math.max(0, rungs.size() - 2));
        List<Trial> reached = trialsWithoutLocks().stream()
                .filter(trial -> trial.result().isPresent())
                .sorted(Comparator.comparingInt((Trial trial) -> -Math.min(trial.epochsOfRung(), high))
                        .thenComparing(Trial.BEST_FIRST))
                .toList();
        if (reached.isEmpty()) {
            throw new DataFileException(
                    folder().toString(), "has no trial that has reached a rung yet; wait, or continue with --resume");
        }
        return reached.subList(0, Math.clamp(most, 1, reached.size()));
    }

    /**
     * Returns the logits of a trial's best model on the validation split, (volumes, classes), in the order of the file.
     *
     * @throws DataFileException if they are missing or damaged
     */
    public double[][] logits(Trial trial) {
        return trial(trial.number())
                .readLogits(info.volumes(), info.run().labelNames().size());
    }

    /**
     * Returns the checkpoints that nothing will continue from: those of trials that are trained to their end, or have
     * failed. Trials that a process trains, and trials that may still be promoted, keep theirs.
     */
    public List<Path> unneededCheckpoints() {
        int last = info.plan().rungs().epochs().getLast();
        return trials().stream()
                .filter(trial -> trial.holder().isEmpty())
                .filter(trial -> trial.status() == TrialState.Status.FAILED || trial.epochsOfRung() == last)
                .flatMap(trial -> trial(trial.number()).checkpoints().stream())
                .toList();
    }
}
