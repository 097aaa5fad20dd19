package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.medmnist.report.Pages;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Trial;
import dev.voxgrad.medmnist.search.strategy.TrialState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

/** Tests searches from the command line, with tiny nets on tiny volumes. */
class SearchCommandTest {
    @TempDir
    private static Path shared;

    private static TestSearch setup;
    private static Path asha;

    @TempDir
    private Path folder;

    @BeforeAll
    static void search() throws IOException {
        setup = new TestSearch(shared);
        asha = shared.resolve("asha");
        Cli cli = Cli.run(setup.start(asha, "--budget", "24epochs", "--epochs", 9, "--seed", 2))
                .succeeded();
        assertThat(cli.out())
                .contains("trial 0  net=net1-w0.125 lr=0.01 ", "(portfolio)  to epoch 1")
                .containsPattern("trial \\d+  net=\\S+ .*  from epoch 1 to epoch 3")
                .containsPattern("trial 0 net1-w0.125  epoch 1/1  loss .* epochs left, about ")
                .containsPattern("trial \\d+  rank 1 of \\d+ by validation AUC: [01]\\.\\d+ \\(95 %: ")
                .contains("The search has ended: the budget of 24epochs is used")
                .contains("12 validation volumes decide little")
                .contains("Combine the best trials with: medmnist ensemble " + asha + " --top 5");
    }

    private Cli start(Path out, Object... more) {
        return Cli.run(setup.start(out, more));
    }

    @Test
    void leaderboardListsTheBestFirst() throws IOException {
        String csv = Files.readString(asha.resolve("leaderboard.csv"));
        assertThat(csv)
                .startsWith("rank,trial,state,epochs,best_epoch,val_auc,")
                .doesNotContain("running");
        List<String[]> rows =
                csv.lines().skip(1).map(line -> line.split(",", -1)).toList();
        List<Trial> trials = SearchFiles.open(asha).trials();
        assertThat(rows).hasSameSizeAs(trials);
        for (int i = 1; i < rows.size(); i++) {
            assertThat(Double.parseDouble(rows.get(i)[5])).isLessThanOrEqualTo(Double.parseDouble(rows.get(i - 1)[5]));
        }
        assertThat(Cli.run("leaderboard", asha, "--csv").succeeded().out()).isEqualTo(csv);
        assertThat(Cli.run("leaderboard", asha).succeeded().out())
                .containsPattern("1 +" + rows.getFirst()[1] + " +\\d+ +[01]\\.\\d{3}  [01]\\.\\d{3} to [01]\\.\\d{3} ")
                .contains("validation volumes decide little", "net=net1-w0.125 lr=0.01 ");
    }

    @Test
    void reportIsAPageOfTheSearch() throws IOException {
        assertThat(Cli.run("report", asha).succeeded().out()).contains("Written to " + asha.resolve("report.html"));
        String page = Files.readString(asha.resolve("report.html"));
        assertThat(page).contains("12 validation volumes decide little", "net1-w0.125", "Importance", "per epoch");
        assertThat(Pages.elements(page, "th"))
                .filteredOn(cell -> cell.getTextContent().startsWith("trial "))
                .hasSameSizeAs(SearchFiles.open(asha).trials());
    }

    /** Trials have exactly the epochs of their rungs: 1, 3 or 9, the better ones more. */
    @Test
    void trialsAreTrainedToTheirRungs() {
        List<Trial> trials = SearchFiles.open(asha).trials();
        assertThat(trials).allSatisfy(trial -> {
            assertThat(trial.status()).isEqualTo(TrialState.Status.WAITING);
            assertThat(trial.epochs()).isIn(1, 3, 9);
            assertThat(trial.info().results()).hasSize(trial.info().jobs().size());
        });
        assertThat(trials.stream().mapToInt(Trial::epochs).sum()).isBetween(24, 24 + 5);
        assertThat(trials).anyMatch(trial -> trial.epochs() > 1);
        List<Trial> best = SearchFiles.open(asha).best(3);
        assertThat(best).hasSize(3);
        assertThat(best.getFirst().epochs()).isGreaterThan(1);
        assertThat(SearchFiles.open(asha).best(1000)).hasSameSizeAs(trials);
    }

    /** The logits on disk give the AUC on the leaderboard; the ensemble reads them without nets. */
    @Test
    void predictionsBelongToTheBestModel() {
        SearchFiles search = SearchFiles.open(asha);
        for (Trial trial : search.trials()) {
            double[][] logits = search.logits(trial);
            assertThat(logits).hasDimensions(12, 2);
            int right = 0;
            int pairs = 0;
            for (int i = 0; i < 12; i++) {
                for (int j = 0; j < 12; j++) {
                    if (i % 2 == 1 && j % 2 == 0) { // labels alternate
                        double more = (logits[i][1] - logits[i][0]) - (logits[j][1] - logits[j][0]);
                        right += more > 0 ? 2 : more == 0 ? 1 : 0;
                        pairs += 2;
                    }
                }
            }
            assertThat(trial.result().orElseThrow().auc()).isCloseTo((double) right / pairs, within(1e-6));
        }
    }

    @Test
    void aFinishedTrialIsAnOrdinaryRun() {
        Trial finished = SearchFiles.open(asha).trials().stream()
                .max((a, b) -> Integer.compare(a.epochs(), b.epochs()))
                .orElseThrow();
        assertThat(finished.epochs()).isEqualTo(9);
        assertThat(Cli.run("status", finished.run()).succeeded().out()).contains("1 of 1 members are finished");
        assertThat(Cli.run("ensemble", finished.run()).succeeded().out()).contains("weighted");
    }

    @Test
    void statusShowsTrials() {
        assertThat(Cli.run("status", asha).succeeded().out())
                .contains(
                        "asha: rungs after 1, 3, 9 epochs, 1 of 3 trials promoted; budget 24epochs; seed 2", "so far ")
                .containsPattern("0 +\\d/[139] +0\\.\\d{3}  has reached its rung");
    }

    /** Cleaning removes only what nothing continues from: the search resumes as before. */
    @Test
    void cleanKeepsWhatMayBePromoted() throws IOException {
        Path search = folder.resolve("cleaned");
        start(search, "--budget", "16epochs", "--epochs", 3, "--seed", 2).succeeded();
        List<Trial> trials = SearchFiles.open(search).trials();
        Path finished = checkpoint(trials, 3);
        Path waiting = checkpoint(trials, 1);
        assertThat(Cli.run("clean", search, "--dry-run").succeeded().out()).contains("Would remove " + finished);
        assertThat(finished).exists();
        assertThat(Cli.run("clean", search).succeeded().out())
                .contains("Removed " + finished)
                .doesNotContain(waiting.toString());
        assertThat(finished).doesNotExist();
        assertThat(waiting).exists();
        Cli.run("clean", search, "--root", folder).refused("--root is for official files");
        Cli.run(TestSearch.resume(search, "--budget", "20epochs")).succeeded();
        assertThat(SearchFiles.open(search).trials().stream()
                        .mapToInt(Trial::epochs)
                        .sum())
                .isGreaterThanOrEqualTo(20);
    }

    private static Path checkpoint(List<Trial> trials, int epochs) {
        return trials.stream()
                .filter(trial -> trial.epochs() == epochs)
                .findFirst()
                .orElseThrow()
                .run()
                .resolve("members/member-00.checkpoint");
    }

    /** A search that is resumed with a larger budget ends as one that had it from the start. */
    @Test
    void aLargerBudgetContinues() throws IOException {
        Path grown = folder.resolve("grown");
        start(grown, "--budget", "5epochs", "--epochs", 9, "--seed", 2).succeeded();
        assertThat(TestSearch.outcome(grown)).isNotEqualTo(TestSearch.outcome(asha));
        Cli.run(TestSearch.resume(grown, "--budget", "24epochs")).succeeded();
        assertThat(TestSearch.outcome(grown)).isEqualTo(TestSearch.outcome(asha));
        String before = Files.readString(grown.resolve("leaderboard.csv"));
        Files.writeString(grown.resolve("leaderboard.csv"), "edited");
        assertThat(Cli.run(TestSearch.resume(grown)).succeeded().out()).contains("the budget of 24epochs is used");
        assertThat(grown.resolve("leaderboard.csv")).hasContent(before);
    }

    @Test
    void randomSearchTrainsEveryTrialToItsEnd() {
        Path search = folder.resolve("random");
        assertThat(start(search, "--strategy", "random", "--trials", 4, "--epochs", 2)
                        .succeeded()
                        .out())
                .contains("all 4 trials are done", "4 trials, 8 epochs", "7 epochs left, about ", "0 epochs left");
        assertThat(SearchFiles.open(search).trials()).hasSize(4).allMatch(trial -> trial.epochs() == 2);
    }

    /** A time that is used in the middle of a trial leaves it to be resumed. */
    @Test
    void timeEndsASearch() throws IOException {
        Path search = folder.resolve("timed");
        assertThat(start(search, "--budget", "1s", "--strategy", "random", "--epochs", 100_000)
                        .succeeded()
                        .out())
                .contains("the time is used", "Continue with a larger budget: medmnist search --resume " + search)
                .doesNotContain("Combine the best");
        Trial trial = SearchFiles.open(search).trials().getFirst();
        assertThat(trial.status()).isEqualTo(TrialState.Status.INTERRUPTED);
        assertThat(trial.seconds()).isPositive();
        assertThat(Cli.run("leaderboard", search).succeeded().out()).containsPattern("- +0 .*interrupted");
        assertThat(Files.readString(search.resolve("leaderboard.csv")))
                .isEqualTo(Cli.run("leaderboard", search, "--csv").out())
                .contains("\n,0,interrupted,0,");
        assertThatThrownBy(() -> SearchFiles.open(search).best(1))
                .hasMessageContaining("has no trial that has reached");
    }

    /** A trial that diverges is remembered, and the search continues. */
    @Test
    void divergedTrialsAreRemembered() throws IOException {
        Path space = Files.writeString(folder.resolve("hot.txt"), "lr choice 0.01, 1e30\nnet choice net1-w0.125\n");
        Path search = folder.resolve("hot");
        Cli.run(
                        "search",
                        "--npz",
                        setup.volumes(),
                        "--space",
                        space,
                        "--out",
                        search,
                        "--trials",
                        5,
                        "--epochs",
                        1,
                        "--strategy",
                        "random")
                .succeeded();
        List<Trial> trials = SearchFiles.open(search).trials();
        assertThat(trials).hasSize(2); // the space has no more
        assertThat(trials)
                .extracting(Trial::status)
                .containsExactlyInAnyOrder(TrialState.Status.FAILED, TrialState.Status.WAITING);
        assertThat(Files.readString(search.resolve("leaderboard.csv"))).contains(",failed,0,");
        assertThat(Cli.run("status", search).succeeded().out()).contains("failed: member 0 (net1-w0.125): ");
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 2"})
    void severalClassesAndChannels(int channels, int classes) {
        Path volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, channels, classes, 18, 12, 6);
        Path search = folder.resolve("search");
        Cli.run("search", "--npz", volumes, "--out", search, "--trials", 2, "--epochs", 1, "--strategy", "random")
                .succeeded();
        SearchFiles opened = SearchFiles.open(search);
        assertThat(opened.logits(opened.best(1).getFirst())).hasDimensions(12, classes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--budget 5parsecs;                  --budget is 5parsecs",
                "--budget 0m;                        --budget is 0",
                "--strategy best --trials 1;         --strategy",
                "--trials 0;                         --trials is 0",
                "--eta 1 --trials 1;                 --eta is 1",
                "--epochs 0 --trials 1;              --epochs is 0",
                "--first-rung 10 --trials 1;         --first-rung is 10; expected at least 1 and at most 9",
                "--processes 0 --trials 1;           --processes is 0",
                "--strategy random --eta 3 --trials 1; --eta is for strategies with rungs",
                "--epochs 9;                         a search needs an end: give --budget"
            })
    void refusesWrongUse(String options, String part) {
        start(folder.resolve("wrong"), Arrays.stream(options.split(" ")).toArray())
                .refused(part);
        assertThat(folder.resolve("wrong")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({"--eta,2", "--seed,1", "--trials,3", "--epochs,9", "--strategy,asha", "--processes,2"})
    void refusesToChangeASearch(String option, String value) throws IOException {
        List<String> before = TestSearch.outcome(asha);
        Cli.run(TestSearch.resume(asha, option, value)).refused(option + " is fixed when a search starts");
        assertThat(TestSearch.outcome(asha)).isEqualTo(before);
    }

    @Test
    void refusesFoldersThatAreNoSearch() throws IOException {
        Cli.run(TestSearch.resume(folder)).failed(folder, "contains no search", "search --out");
        Cli.run("leaderboard", folder).failed("contains no search");
        start(asha, "--trials", 1).failed(asha, "already contains a search", "--resume");
        Files.writeString(folder.resolve("mine"), "mine");
        start(folder, "--trials", 1).failed(folder, "is not empty");
        assertThat(folder.resolve("mine")).hasContent("mine");
    }

    private Path small() {
        Path search = folder.resolve("small");
        start(search, "--trials", 2, "--epochs", 1, "--strategy", "random").succeeded();
        return search;
    }

    @Test
    void refusesChangedDataAndOtherVersions() throws IOException {
        Path search = small();
        Path other = TestVolumes.write(folder.resolve("other.npz"), 8, 1, 2, 25, 12, 4);
        Cli.run(TestSearch.resume(search, "--npz", other)).failed("other.npz: has the MD5 sum");
        Path info = search.resolve("search.json");
        String text = Files.readString(info);
        Files.writeString(info, text.replaceFirst("\"voxgrad\" : \"[^\"]*\"", "\"voxgrad\" : \"0.0.1\""));
        Cli.run(TestSearch.resume(search)).failed(search, "was started by Voxgrad 0.0.1, and this is ");
        Cli.run("leaderboard", search).succeeded();
    }

    @Test
    void refusesDamagedFiles() throws IOException {
        Path search = small();
        Path trial = search.resolve("trials/0001/trial.json");
        String text = Files.readString(trial);
        for (String[] damage : new String[][] {
            {"\"jobs\" : [ 1 ]", "\"jobs\" : [ ]", "number"},
            {"\"auc\" : ", "\"auc\" : 1", "auc"},
            {"\"logLoss\" : ", "\"logLoss\" : -", "logLoss"},
            {"lr=", "lr=x", "lr"},
            {"{", "", "is damaged"}
        }) {
            Files.writeString(trial, text.replace(damage[0], damage[1]));
            for (Object[] words :
                    new Object[][] {{"leaderboard", search}, {"status", search}, TestSearch.resume(search)}) {
                Cli.run(words).failed(damage[2]);
            }
        }
        Files.writeString(trial, text);
        Files.delete(search.resolve("trials/0000/trial.json"));
        Cli.run(TestSearch.resume(search)).failed("has no trial 0", "put it back");
    }

    @Test
    void followsNoLinksOutOfTheFolder() throws IOException {
        Path search = small();
        Path run = search.resolve("trials/0000/run");
        Path elsewhere = Files.move(run, folder.resolve("elsewhere"));
        Files.createSymbolicLink(run, elsewhere);
        Cli.run("leaderboard", search).failed(run, "is a link");
        Cli.run(TestSearch.resume(search)).failed(run, "is a link");
    }

    @Test
    void refusesDamagedPredictions() throws IOException {
        Path search = small();
        Path file = search.resolve("predictions/0000-val.npy");
        SearchFiles files = SearchFiles.open(search);
        Trial trial = files.trials().getFirst();
        Files.copy(asha.resolve("predictions/0000-val.npy"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(files.logits(trial)).hasDimensions(12, 2);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> files.logits(trial)).hasMessageContaining(file.toString());
        Files.delete(file);
        assertThatThrownBy(() -> files.logits(trial)).hasMessageContaining(file.toString());
    }

    @Test
    void reportsAFolderThatMayNotBeWritten() throws IOException {
        Path search = small();
        assertThat(search.toFile().setWritable(false)).isTrue();
        try {
            assumeThat(Files.isWritable(search)).as("root may write anywhere").isFalse();
            Cli.run(TestSearch.resume(search, "--trials", 5)).failed(search, "permission");
            Cli.run("leaderboard", search).succeeded();
        } finally {
            assertThat(search.toFile().setWritable(true)).isTrue();
        }
    }
}
