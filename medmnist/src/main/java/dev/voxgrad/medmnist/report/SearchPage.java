package dev.voxgrad.medmnist.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

import dev.voxgrad.medmnist.search.Leaderboard;
import dev.voxgrad.medmnist.search.RungResult;
import dev.voxgrad.medmnist.search.SearchFiles;
import dev.voxgrad.medmnist.search.Trial;
import dev.voxgrad.medmnist.search.analysis.Importance;
import dev.voxgrad.medmnist.search.analysis.Observation;
import dev.voxgrad.medmnist.search.analysis.Progress;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.strategy.TrialState;
import dev.voxgrad.medmnist.text.ShellWords;

/** Writes a search as one page of HTML, which requires no network and no JavaScript. */
public final class SearchPage {
    /** More rows of a chart can hardly be read. */
    private static final int MOST_ROWS = 15;
    /** The trials that are drawn in the first colour. */
    private static final int BEST = 3;

    private final Html html = new Html();
    private final SearchFiles search;
    private final Space space;
    private final List<Integer> rungs;
    private final Leaderboard leaderboard;
    /** The trials that reached a rung, the best one first. */
    private final List<Trial> ranked;

    private SearchPage(SearchFiles search) {
        this.search = search;
        this.space = search.space();
        this.rungs = search.info().plan().rungs().epochs();
        this.leaderboard = search.leaderboard();
        this.ranked = leaderboard.trials().stream()
                .filter(trial -> trial.result().isPresent())
                .toList();
    }

    /** Returns the page. The same trials give the same page to the byte. */
    public static String html(SearchFiles search) {
        SearchPage page = new SearchPage(search);
        page.write();
        return page.html.toString();
    }

    private void write() {
        String title = "Search: " + search.info().run().data().title();
        RunReport.openPage(html, title);
        html.open("header").element("h1", title);
        html.element("p", search.info().plan().words());
        html.element("p", "For research; not for clinical use.", "class", "small")
                .close();
        if (ranked.isEmpty()) {
            html.element("p", "No trial has reached a rung yet.", "class", "notice");
        } else {
            writeLeaderboard();
            writeRungs();
            writeSettings();
            writeImportance();
        }
        writeCost();
        writeCommands();
        RunReport.closePage(html);
    }

    private void writeLeaderboard() {
        html.open("section").element("h2", "Leaderboard");
        html.element("p", leaderboard.caution(), "class", "notice");
        IntervalChart chart = new IntervalChart(
                ranked.size() > MOST_ROWS
                        ? "Validation AUC of the best " + MOST_ROWS + " of " + ranked.size()
                                + " trials, with 95 % intervals"
                        : "Validation AUC of each trial, with 95 % intervals",
                "AUC");
        ranked.stream().limit(MOST_ROWS).forEach(trial -> addRow(chart, trial, result(trial)));
        chart.write(html);
        List<String> headings = new ArrayList<>(
                List.of("trial", "rank", "epochs", "val AUC", "95 % interval", "ACC", "log-loss", "state", "origin"));
        headings.addAll(leaderboard.dimensions());
        Table table = Table.open(html, "All trials, the best first", headings.toArray(String[]::new));
        leaderboard.trials().forEach(trial -> table.row("trial " + trial.number(), cells(trial)));
        table.close();
        html.close();
    }

    private static RungResult result(Trial trial) {
        return trial.result().orElseThrow();
    }

    private static void addRow(IntervalChart chart, Trial trial, RungResult result) {
        String epochs = result.epochs() + (result.epochs() == 1 ? " epoch" : " epochs");
        chart.add(
                "trial " + trial.number() + ", " + epochs, result.auc(), Optional.ofNullable(result.interval()), true);
    }

    private String[] cells(Trial trial) {
        List<String> cells = new ArrayList<>();
        Optional<RungResult> result = trial.result();
        cells.add(result.isPresent() ? String.valueOf(leaderboard.rank(trial)) : Numbers.NONE);
        cells.add(String.valueOf(result.map(RungResult::epochs).orElse(0)));
        cells.add(result.map(one -> Numbers.three(one.auc())).orElse(Numbers.NONE));
        cells.add(Numbers.interval(result.map(RungResult::interval)));
        cells.add(result.map(one -> Numbers.three(one.accuracy())).orElse(Numbers.NONE));
        cells.add(result.map(one -> Numbers.three(one.logLoss())).orElse(Numbers.NONE));
        cells.add(leaderboard.state(trial));
        cells.add(trial.info().origin());
        for (String dimension : leaderboard.dimensions()) {
            cells.add(trial.info().configuration().find(dimension).orElse(Numbers.NONE));
        }
        return cells.toArray(String[]::new);
    }

    private void writeRungs() {
        html.open("section").element("h2", "Rungs").open("div", "class", "charts");
        new RungsChart(
                        rungs,
                        ranked.stream()
                                .sorted(Comparator.comparingInt((Trial trial) ->
                                                trial.info().results().size())
                                        .thenComparingInt(Trial::number))
                                .map(trial -> new RungsChart.Course(
                                        trial.number(),
                                        trial.info().results().stream()
                                                .map(RungResult::auc)
                                                .toList()))
                                .toList())
                .write(html);
        writeProgress();
        html.close();
        html.element(
                        "p",
                        "In the first chart, each dot is a trial's best validation AUC up to a rung. Lines connect the "
                                + "rungs of trials that were promoted, in orange up to the last rung. The second chart "
                                + "shows the best validation AUC of all trials against the epochs trained so far. It "
                                + "can only rise, in part by chance.",
                        "class",
                        "small")
                .close();
    }

    /** Draws the best AUC so far against the epochs spent, in the order of the jobs. */
    private void writeProgress() {
        Progress progress = Progress.of(ranked);
        double[] spent =
                progress.epochs().stream().mapToDouble(Integer::doubleValue).toArray();
        double[] best =
                progress.best().stream().mapToDouble(Double::doubleValue).toArray();
        new LineChart(
                        "Best validation AUC against epochs",
                        Axis.over("epochs of all trials", 0, spent[spent.length - 1]),
                        Axis.ofShares("validation AUC", best))
                .dotted("best trial so far", spent, best)
                .write(html);
    }

    private void writeSettings() {
        html.open("section").element("h2", "Settings");
        List<ParallelCoordinates.Line> lines = new ArrayList<>();
        for (int rank = ranked.size() - 1; rank >= 0; rank--) {
            Trial trial = ranked.get(rank);
            String style = rank < BEST ? "s1" : rank < ranked.size() / 4 ? "s0" : "faint";
            lines.add(new ParallelCoordinates.Line(
                    trial.number(), trial.info().configuration(), result(trial).auc(), style));
        }
        new ParallelCoordinates(space, lines).write(html);
        html.element(
                        "p",
                        "Each line is a trial, from its settings to its validation AUC at the last rung that it "
                                + "reached. Orange: the best " + BEST + " trials; blue: the rest of the best quarter.",
                        "class",
                        "small")
                .close();
    }

    private void writeImportance() {
        List<Observation> observations = ranked.stream()
                .map(trial -> new Observation(
                        trial.info().configuration(),
                        trial.info().results().getFirst().auc()))
                .toList();
        html.open("section").element("h2", "Importance");
        List<Importance> all = Importance.of(space, observations);
        if (all.isEmpty()) {
            html.element(
                            "p",
                            "Not estimated: " + observations.size() + " trials are fewer than " + Importance.FEWEST
                                    + ".")
                    .close();
            return;
        }
        Table table = Table.open(
                html,
                "Share of the variance of the AUC at the first rung that a setting explains by itself",
                "setting",
                "share",
                "groups",
                "as much by chance");
        for (Importance one : all) {
            table.row(
                    one.dimension(),
                    Numbers.percent(one.share()),
                    String.valueOf(one.groups()),
                    Numbers.percent(one.chance()));
        }
        table.close();
        html.element("p", aboutImportance(observations.size()), "class", "small")
                .close();
    }

    private static String aboutImportance(int trials) {
        return "The method: the " + trials + " trials are grouped by the values of one setting, or by quarters if they "
                + "are numbers, and the share is Kelley's ε² between the groups: the main effect of a functional "
                + "analysis of variance (Hutter et al., 2014), estimated without a model. The last column is the share "
                + "of random shuffles of the AUCs that give as large an effect; above 5 %, do not believe it. With so "
                + "few trials only large effects can be seen, effects of two settings together cannot, and with "
                + "several rows one in twenty passes by chance. What matters at the first rung may matter less at the "
                + "last.";
    }

    /** Counts what the trials with one net cost. */
    private record Cost(int trials, int epochs, double seconds) {
        Cost plus(Trial trial) {
            return new Cost(trials + 1, epochs + trial.epochs(), seconds + trial.seconds());
        }
    }

    private void writeCost() {
        SequencedMap<String, Cost> nets = new TreeMap<>();
        Cost all = new Cost(0, 0, 0);
        for (Trial trial : leaderboard.trials()) {
            nets.merge(net(trial), new Cost(0, 0, 0).plus(trial), (one, _) -> one.plus(trial));
            all = all.plus(trial);
        }
        html.open("section").element("h2", "Cost");
        Table table = Table.open(html, "Training and validation", "net", "trials", "epochs", "time", "per epoch");
        nets.forEach((net, cost) -> table.row(net, cells(cost)));
        table.strong("all", cells(all)).close();
        long straight = (long) all.trials() * rungs.getLast();
        long failed = leaderboard.trials().stream()
                .filter(trial -> trial.status() == TrialState.Status.FAILED)
                .count();
        html.element(
                "p",
                String.format(
                        Locale.ROOT,
                        "All %d trials to their last epoch would have been %d epochs; %d were trained.%s",
                        all.trials(),
                        straight,
                        all.epochs(),
                        failed == 0 ? "" : " Trials that failed: " + failed + "."));
        html.close();
    }

    private static String net(Trial trial) {
        String net = trial.info().configuration().find("net").orElse("all of the search");
        String width = trial.info().configuration().find("width").orElse("1");
        return width.equals("1") ? net : net + ", width " + width;
    }

    private static String[] cells(Cost cost) {
        return new String[] {
            String.valueOf(cost.trials()),
            String.valueOf(cost.epochs()),
            Numbers.duration(cost.seconds()),
            Numbers.duration(cost.epochs() == 0 ? Double.NaN : cost.seconds() / cost.epochs())
        };
    }

    private void writeCommands() {
        String folder = ShellWords.quote(search.folder());
        html.open("section").element("h2", "Commands");
        html.element("p", "Continue the search, show the leaderboard, and combine several of the best trials:");
        html.element(
                        "pre",
                        "medmnist search --resume " + folder + " --budget 2h\n"
                                + "medmnist leaderboard " + folder + "\n"
                                + "medmnist ensemble " + folder + " --top 5 --out combined")
                .close();
    }
}
