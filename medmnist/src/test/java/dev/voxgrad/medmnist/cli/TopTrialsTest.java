package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Trial;

import static org.assertj.core.api.Assertions.assertThat;

/** Combines the best trials of a search, most of which have paused at a rung, and shows the best in a benchmark. */
class TopTrialsTest {
    @TempDir
    private static Path shared;

    private static TestSearch setup;
    private static Path search;

    @TempDir
    private Path folder;

    @BeforeAll
    static void search() throws IOException {
        setup = new TestSearch(shared);
        search = shared.resolve("search");
        Cli.run(setup.start(search, "--budget", "12epochs", "--epochs", 9, "--seed", 2))
                .succeeded();
    }

    private Cli ensemble(Object... more) {
        List<Object> words = new ArrayList<>(List.of("ensemble", search));
        words.addAll(List.of(more));
        return Cli.run(words.toArray());
    }

    @Test
    void combinesTheBestModelsOfTheBestTrials() throws IOException {
        List<Trial> best = SearchFiles.open(search).best(3);
        Path out = folder.resolve("top");
        Cli cli = ensemble("--top", 3, "--out", out).succeeded();
        for (Trial trial : best) {
            assertThat(cli.out()).contains(String.format("search/%04d/0 net1-w0.", trial.number()));
        }
        assertThat(cli.out().lines().filter(line -> line.matches(".* best +\\d+ +1\\.000 .*")))
                .hasSize(3);
        assertThat(cli.out()).doesNotContain(" last ").contains("Choosing among many models on few volumes");
        assertThat(Files.readString(out.resolve("summary.csv"))).contains(",weighted,1.0,1.0,1.0 1.0 1.0,");
        for (String method : List.of("greedy", "stacked", "validation-auc")) {
            ensemble("--top", 3, "--out", out, "--weights", method).succeeded();
        }
        assertThat(Files.readString(out.resolve("report.html"))).doesNotContain("Single last models");
    }

    @Test
    void refusesWhatDoesNotFit() {
        Path out = folder.resolve("none");
        ensemble("--out", out).refused("is a search", "--top K");
        ensemble("--top", 3).refused("--out DIR is missing");
        ensemble("--top", 0, "--out", out).refused("--top is 0");
        Path trial = SearchFiles.open(search).best(1).getFirst().run();
        Cli.run("ensemble", trial, "--top", 3, "--out", out).refused("--top requires the folder of a search");
        Cli many = ensemble("--top", 999, "--out", out);
        assertThat(many.code()).isZero();
        assertThat(many.err()).contains("trials that have reached a rung, of 999 requested");
    }

    /** Trials have no last models, so a weight of theirs has no effect. */
    @Test
    void refusesWeightsOfModelsThatTrialsLack() throws IOException {
        Path out = folder.resolve("zero");
        Path weights = Files.writeString(folder.resolve("weights.txt"), "best = 0\n");
        ensemble("--top", 3, "--out", out, "--best-weight", 0).failed("has weight zero", "no last model");
        ensemble("--top", 3, "--out", out, "--weights", weights).failed("has weight zero", "no last model");
        ensemble("--top", 3, "--out", out, "--best-weight", 0, "--weights", "greedy")
                .failed("has weight zero", "no last model");
        assertThat(out).doesNotExist();
    }

    @Test
    void aBaselineMayCountAlone() throws IOException {
        Path out = folder.resolve("alone");
        Path baseline = folder.resolve("baseline");
        Cli.run("baseline", "--npz", setup.volumes(), "--features", "grid7", "--models", "logistic", "--out", baseline)
                .succeeded();
        String shown = ensemble("--top", 3, "--out", out, "--best-weight", 0, "--with", baseline)
                .succeeded()
                .out();
        assertThat(shown).doesNotContain("NaN", "With and without the baseline");
    }

    @Test
    void theBenchmarkShowsTheBestTrial() throws IOException {
        Path out = folder.resolve("benchmark");
        String shown = Cli.run("benchmark", "--npz", setup.volumes(), "--show", "--search", search, "--out", out)
                .succeeded()
                .out();
        assertThat(shown).contains("AutoKeras*", "best trial of the search search/0");
        assertThat(Files.readString(out.resolve("benchmark.csv"))).contains("search,search/0");
    }
}
