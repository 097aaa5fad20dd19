package dev.voxgrad.medmnist.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.model.TinyRun;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.search.RungResult;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.SearchInfo;
import dev.voxgrad.medmnist.search.TrialInfo;
import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.DefaultSpace;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.space.SpaceFile;
import dev.voxgrad.medmnist.search.strategy.Method;
import dev.voxgrad.medmnist.search.strategy.Plan;
import dev.voxgrad.medmnist.search.strategy.Rungs;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static org.assertj.core.api.Assertions.assertThat;

class SearchPageTest {
    private static final Rungs RUNGS = Rungs.of(1, 9, 3);

    @TempDir
    private Path folder;

    private SearchFiles create(String name, Space space) {
        TrainSettings settings = TrainSettings.builder().models(1).epochs(9).build();
        Plan plan = new Plan(Method.ASHA, RUNGS, null, 100, 1, Plan.ANY_WORKERS);
        SearchInfo info = new SearchInfo(
                TinyRun.info(new SyntheticShapes.Settings(1, 9, 20, 98, 20, 0.1), null, settings),
                98,
                space.toText().lines().toList(),
                plan);
        return SearchFiles.create(folder.resolve(name), info);
    }

    private static void add(SearchFiles search, int number, TrialInfo trial) throws IOException {
        Path place = search.folder().resolve(String.format(Locale.ROOT, "trials/%04d", number));
        Files.createDirectories(place);
        Files.writeString(place.resolve("trial.json"), RunJson.write(trial));
    }

    /** Returns a trial that reached so many rungs; small learning rates are good. */
    private static TrialInfo trial(Configuration configuration, int number, int reached) {
        double rate = Double.parseDouble(configuration.find("lr").orElse("0.001"));
        List<Integer> jobs = new ArrayList<>();
        List<RungResult> results = new ArrayList<>();
        for (int rung = 0; rung < reached; rung++) {
            double auc = Math.clamp(0.5 - 0.1 * Math.log10(rate) + 0.02 * rung + 0.01 * (number % 7), 0, 0.98);
            jobs.add(number + 20 * rung);
            results.add(new RungResult(
                    RUNGS.epochs().get(rung), 1, auc, 0.8, 0.5, new Bootstrap.Interval(auc - 0.08, auc + 0.02)));
        }
        return new TrialInfo(configuration, number % 3 == 0 ? "random" : "TPE after 14 results", jobs, results, null);
    }

    /** Writes a search of 30 trials, of which nine reached the second rung, three the last, and one failed. */
    private SearchFiles whole() throws IOException {
        Space space = DefaultSpace.of(Task.BINARY, 28, 9);
        SearchFiles search = create("whole", space);
        for (int number = 0; number < 30; number++) {
            int reached = number % 10 == 2 ? 3 : number % 10 < 3 ? 2 : 1;
            add(search, number, trial(space.draw(4, number), number, reached));
        }
        add(search, 30, new TrialInfo(space.draw(4, 30), "random", List.of(90), List.of(), "the loss is <NaN>"));
        return search;
    }

    private static List<Element> elements(String page, String tag) {
        return Pages.elements(page, tag);
    }

    @Test
    void pageHasAllSections() throws IOException {
        SearchFiles search = whole();
        String page = SearchPage.html(search);
        assertThat(elements(page, "h2"))
                .extracting(Element::getTextContent)
                .containsExactly("Leaderboard", "Rungs", "Settings", "Importance", "Cost", "Commands");
        assertThat(page).contains("98 validation volumes decide little").contains("Trials that failed: 1.");
        assertThat(SearchPage.html(search)).isEqualTo(page);
        assertThat(page).doesNotContain("<script").doesNotContain("http://localhost");
    }

    @Test
    void everyTrialIsInTheTableAndInTheCharts() throws IOException {
        String page = SearchPage.html(whole());
        assertThat(elements(page, "th"))
                .filteredOn(cell -> cell.getTextContent().startsWith("trial "))
                .hasSize(31);
        assertThat(elements(page, "title"))
                .extracting(Element::getTextContent)
                .filteredOn(text -> text.matches("trial \\d+: .*"))
                .as("courses through the rungs")
                .hasSize(30);
        assertThat(elements(page, "title"))
                .extracting(Element::getTextContent)
                .filteredOn(text -> text.matches("trial \\d+, AUC .*"))
                .as("lines of the parallel coordinates")
                .hasSize(30);
        assertThat(page).contains("30 trials").contains("9 trials").contains("3 trials");
    }

    @Test
    void theSettingThatDecidesIsTheMostImportant() throws IOException {
        String page = SearchPage.html(whole());
        assertThat(page.substring(page.indexOf("Importance")))
                .matches("(?s).*?<tbody>\\s*<tr class=\"\"><th scope=\"row\">lr</th>.*");
    }

    @Test
    void searchWithoutResultsHasAPage() {
        String page = SearchPage.html(create("empty", SpaceFile.parse(List.of("lr log 1e-4 to 1"), "space")));
        assertThat(page).contains("No trial has reached a rung yet.").contains("All 0 trials");
    }

    @Test
    void conditionalDimensionsAndFewTrials() throws IOException {
        Space space = SpaceFile.parse(
                List.of("net choice net1, net2", "lr log 1e-4 to 1 when net = net2", "ema choice 0"), "space");
        SearchFiles search = create("few", space);
        for (int number = 0; number < 4; number++) {
            add(search, number, trial(space.draw(1, number), number, 1));
        }
        assertThat(SearchPage.html(search)).contains("Not estimated: 4 trials are fewer than 8.");
    }
}
