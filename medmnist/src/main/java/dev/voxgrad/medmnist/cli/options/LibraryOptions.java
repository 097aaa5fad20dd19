package dev.voxgrad.medmnist.cli.options;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.search.SearchFiles;

/** The options that name the runs and baselines of an ensemble, and the folder for its results. */
public final class LibraryOptions {
    private static final int MOST_TRIALS = 1000;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Parameters(
            paramLabel = "RUN",
            arity = "0..*",
            description = "Folders of runs on the same volumes, as created by train; with --top, also of searches.")
    private List<Path> arguments = List.of();

    @Option(names = "--run", paramLabel = "RUN", description = "The same as RUN, as an option.")
    private @Nullable Path runOption;

    @Option(
            names = "--with",
            paramLabel = "BASELINE",
            description = "Also combine the folder of a baseline, as created by baseline. Can be repeated.")
    private List<Path> with = List.of();

    @Option(
            names = "--top",
            paramLabel = "K",
            description = "Combine the best models of the K best trials of each search among RUN: those of the highest "
                    + "rungs, by validation AUC. All models have the same weight unless another option says "
                    + "otherwise. Choosing among many models on few validation volumes costs accuracy.")
    private @Nullable Integer top;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Folder for the results; required with several runs or a baseline, whose folders stay as they "
                            + "are. Results of the same volumes are added to it. Default: the folder of the one run")
    private @Nullable Path out;

    @Mixin
    private RunDataOptions runDataOptions;

    /** Returns the folder for the results; null for that of the one run. */
    public @Nullable Path out() {
        return out;
    }

    /** Returns whether the models are the best trials of a search. */
    public boolean isTop() {
        return top != null;
    }

    /**
     * Names a run in tables.
     *
     * @param isTrial whether it is a trial of a search, of which only the best model is used
     */
    public record NamedRun(String name, RunFiles files, boolean isTrial) {
        private TrainedModel model() {
            return isTrial ? TrainedModel.bestSoFar(files) : TrainedModel.of(files);
        }
    }

    /**
     * Opens the runs, whose volumes are not loaded yet.
     *
     * @throws ParameterException if there is none, one is named twice, or the folder for the results is missing
     */
    public List<NamedRun> runs() {
        if (!arguments.isEmpty() && runOption != null) {
            throw wrongUse(
                    "--run " + runOption + " and " + arguments.getFirst() + " both name a run; give one of them");
        }
        List<Path> folders = runOption == null ? arguments : List.of(runOption);
        if (folders.isEmpty()) {
            throw wrongUse("Missing required parameter: 'RUN', the run's folder");
        }
        requireOnce(folders, "run");
        requireOnce(with, "baseline");
        if (out == null && (folders.size() > 1 || !with.isEmpty() || top != null)) {
            throw wrongUse("--out DIR is missing: results of "
                    + (folders.size() > 1 || top != null ? "several runs" : "a run with a baseline")
                    + " are not written into the folder of one of them");
        }
        requireSearch(folders);
        List<String> names = names(folders);
        List<NamedRun> runs = new ArrayList<>();
        for (int f = 0; f < folders.size(); f++) {
            Path folder = folders.get(f);
            if (SearchFiles.isAt(folder)) {
                runs.addAll(trials(names.get(f), SearchFiles.open(folder)));
            } else {
                runs.add(new NamedRun(names.get(f), RunFiles.open(folder), false));
            }
        }
        return runs;
    }

    private void requireSearch(List<Path> folders) {
        Optional<Path> search = folders.stream().filter(SearchFiles::isAt).findFirst();
        if (search.isPresent() && top == null) {
            throw wrongUse(search.get() + " is a search; --top K says how many of its trials are combined");
        }
        if (search.isEmpty() && top != null) {
            throw wrongUse("--top requires the folder of a search, as created by search");
        }
        if (top != null) {
            OptionValues.requireWithin(command, "--top", top, MOST_TRIALS);
        }
    }

    /** Returns the best trials, and warns if there are fewer than requested. */
    private List<NamedRun> trials(String name, SearchFiles search) {
        int most = Objects.requireNonNull(top);
        List<NamedRun> trials = search.best(most).stream()
                .map(trial -> new NamedRun(
                        String.format(Locale.ROOT, "%s/%04d", name, trial.number()), RunFiles.open(trial.run()), true))
                .toList();
        if (trials.size() < most) {
            Console.warnings(command)
                    .accept(name + " has only " + trials.size() + " trials that have reached a rung, of " + most
                            + " requested");
        }
        return trials;
    }

    private void requireOnce(List<Path> folders, String kind) {
        Set<Path> seen = new HashSet<>();
        for (Path folder : folders) {
            if (!seen.add(real(folder))) {
                throw wrongUse(kind + " " + folder + " is given twice; name different ones");
            }
        }
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            return folder.toAbsolutePath().normalize(); // the error when it is opened says more
        }
    }

    /**
     * Loads the volumes of the runs, and opens the baselines.
     *
     * @throws DataFileException if a run or baseline is damaged, or of other volumes than the first run
     */
    public ModelLibrary load(List<NamedRun> runs, Requirement requirement) {
        List<RunFiles> files = runs.stream().map(NamedRun::files).toList();
        List<TrainedModel> models = runs.stream().map(NamedRun::model).toList();
        List<ModelLibrary.Baseline> baselines = new ArrayList<>();
        List<String> baselineNames = names(with);
        for (int b = 0; b < with.size(); b++) {
            baselines.add(new ModelLibrary.Baseline(baselineNames.get(b), BaselineFiles.open(with.get(b))));
        }
        ModelLibrary.requireSameVolumes(models, baselines);
        List<VolumeData> data = runDataOptions.load(files, requirement);
        List<ModelLibrary.Run> members = new ArrayList<>();
        for (int r = 0; r < runs.size(); r++) {
            members.add(new ModelLibrary.Run(runs.size() == 1 ? "" : runs.get(r).name(), models.get(r), data.get(r)));
        }
        return new ModelLibrary(members, baselines);
    }

    /** Returns the last parts of paths as names; of those whose last part occurs twice, the whole path. */
    private static List<String> names(List<Path> folders) {
        List<String> last = folders.stream()
                .map(folder ->
                        String.valueOf(folder.toAbsolutePath().normalize().getFileName()))
                .toList();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < folders.size(); i++) {
            String name = last.get(i);
            names.add(
                    last.stream().filter(name::equals).count() > 1
                            ? folders.get(i).toString()
                            : name);
        }
        return names;
    }

    private ParameterException wrongUse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
