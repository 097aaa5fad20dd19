package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.benchmark.BenchmarkResults;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleOptions;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.StepProgress;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.ensemble.ModelLibrary;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.report.BaselineReport;
import dev.voxgrad.medmnist.report.BenchmarkPage;
import dev.voxgrad.medmnist.report.FeatureImportance;
import dev.voxgrad.medmnist.report.Mistakes;
import dev.voxgrad.medmnist.report.RunReport;
import dev.voxgrad.medmnist.report.SearchPage;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.search.SearchFiles;

/** Runs {@code medmnist report}. */
@Command(
        name = "report",
        header = "Writes a report of a run as one HTML page, with charts.",
        sortOptions = false,
        description = {
            "Writes a report of a run as one HTML page: results with intervals next to published ones, learning"
                    + " curves, ROC and precision-recall curves, confusion matrix, calibration, the contribution of each"
                    + " member, the most confident mistakes with explanations, and the commands to reproduce it. The page"
                    + " is self-contained: it needs no network and can be sent to anyone.",
            "",
            "If the run is not finished, the report covers the finished members.",
            "",
            "For the folder of a benchmark, the page has its tables, with charts of all rows. For that of a baseline, it "
                    + "has the results, the choice and all candidates; for that of a search, the leaderboard, the rungs,"
                    + " the settings of all trials, how much each setting matters, and the cost.",
            "",
            "The report describes one ensemble, combined as 'medmnist ensemble' does with the same options, next to the"
                    + " uniform one.",
            "",
            "Examples:",
            "  medmnist report runs/adrenal --out adrenal.html",
            "  medmnist report runs/adrenal --weights stacked --temperature --tta 8",
            "  medmnist report runs/search",
            ""
        })
public final class ReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RUN", description = "The run's folder, as created by train.")
    private Path runFolder;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "File to write. Default: RUN/report.html, or benchmark.html in a benchmark's folder")
    private @Nullable Path out;

    @Mixin
    private EnsembleOptions ensembleOptions;

    @Mixin
    private RunDataOptions runDataOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Override
    public Integer call() {
        ensembleOptions.check();
        if (BenchmarkFolder.isAt(runFolder)) {
            return reportBenchmark();
        }
        if (BaselineFiles.isBaseline(runFolder)) {
            return reportBaseline();
        }
        if (SearchFiles.isAt(runFolder)) {
            SearchFiles search = SearchFiles.open(runFolder);
            return write(new RunFolder(runFolder), () -> SearchPage.html(search));
        }
        RunFiles run = RunFiles.open(runFolder);
        EnsembleSettings settings = ensembleOptions.settings(run);
        Path file = out == null ? runFolder.resolve("report.html") : out;
        Optional<Path> inRun = run.files().within(file).map(run.files()::require);
        AtomicFile.requireWritable(file);
        Device device = deviceOptions.open();
        VolumeData data = runDataOptions.load(run, ensembleOptions.requirement("medmnist report"));
        Split volumes = data.split(ensembleOptions.split().name());
        Console console = new Console(command.commandLine().getOut());
        Evaluation evaluation = EnsembleCommand.load(
                ModelLibrary.of(TrainedModel.of(run), data), all -> volumes, device, settings, console);
        int nets = 2 * evaluation.ensemble().members();
        StepProgress progress = new StepProgress(console, "explanation", nets * Mistakes.MOST);
        Mistakes mistakes = Mistakes.explain(run, evaluation, device, progress::done);
        console.clear();
        String page = RunReport.html(run, evaluation, mistakes);
        inRun.ifPresentOrElse(own -> run.files().write(own, page), () -> AtomicFile.write(file, page));
        int members = evaluation.ensemble().members();
        console.line("Written to " + file
                + (members < run.info().settings().models()
                        ? " (the run is not finished: " + members + " of "
                                + run.info().settings().models() + " members)"
                        : ""));
        return 0;
    }

    /** Writes the page of a baseline, whose predictions are stored. */
    private int reportBaseline() {
        BaselineFiles files = BaselineFiles.open(runFolder);
        return write(files.files(), () -> baselinePage(files));
    }

    private String baselinePage(BaselineFiles files) {
        VolumeData data = runDataOptions.load(files.info(), Requirement.of("medmnist report", "train"));
        Console console = new Console(command.commandLine().getOut());
        FeatureImportance importance = FeatureImportance.of(
                files, data, (done, all) -> console.status("importance of feature " + done + "/" + all));
        console.clear();
        return BaselineReport.html(files, data, importance);
    }

    /** Writes a page that is made after it is clear that it can be written. */
    private int write(RunFolder folder, Supplier<String> maker) {
        Path file = out == null ? runFolder.resolve("report.html") : out;
        Optional<Path> inFolder = folder.within(file).map(folder::require);
        AtomicFile.requireWritable(file);
        String page = maker.get();
        inFolder.ifPresentOrElse(own -> folder.write(own, page), () -> AtomicFile.write(file, page));
        new Console(command.commandLine().getOut()).line("Written to " + file);
        return 0;
    }

    /** Writes the page of a benchmark, whose rows have been evaluated. */
    private int reportBenchmark() {
        Path file = out == null ? runFolder.resolve("benchmark.html") : out;
        AtomicFile.requireWritable(file);
        AtomicFile.write(file, BenchmarkPage.html(BenchmarkResults.read(new BenchmarkFolder(runFolder), net -> true)));
        new Console(command.commandLine().getOut()).line("Written to " + file);
        return 0;
    }
}
