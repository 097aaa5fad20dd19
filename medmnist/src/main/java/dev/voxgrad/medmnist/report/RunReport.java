package dev.voxgrad.medmnist.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.train.settings.CrossValidation;

/**
 * Writes a run as one page of HTML: results next to published ones, learning curves, curves of the ensemble, its
 * mistakes, and how to reproduce it. The page requires no network and no JavaScript, and is well-formed XML.
 */
public final class RunReport {
    /** Forbids browsers to load anything from outside of the page, whatever a label or path may contain. */
    private static final String POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

    private RunReport() {}

    /**
     * Returns the page. The same run and settings of the ensemble give the same page to the byte.
     *
     * @param run the run; of an unfinished one, the finished members are reported
     * @param evaluation the evaluation of its ensemble
     * @param mistakes the wrong answers of that ensemble
     * @throws DataFileException if the run's history is missing or damaged
     */
    public static String html(RunFiles run, Evaluation evaluation, Mistakes mistakes) {
        Subject subject = new Subject(run, evaluation, History.read(run.files()));
        Html html = new Html();
        openPage(html, subject.data().name() + ", " + subject.split().name() + " split");
        writeTitle(html, subject);
        ResultsSection.write(html, subject);
        FitSection.write(html, subject);
        LearningSection.write(html, subject);
        CurvesSection.write(html, subject);
        ClassesSection.write(html, subject);
        CalibrationSection.write(html, subject);
        MembersSection.write(html, subject);
        MistakesSection.write(html, subject, mistakes);
        SettingsSection.write(html, subject);
        closePage(html);
        return html.toString();
    }

    /** Opens a page, with its head and style sheet. */
    static void openPage(Html html, String title) {
        html.open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml");
        writeHead(html, title);
        html.open("body").open("main");
    }

    /** Closes what {@link #openPage} opened. */
    static void closePage(Html html) {
        html.close().close().close();
    }

    private static void writeHead(Html html, String title) {
        html.open("head").empty("meta", "charset", "utf-8");
        html.empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY);
        html.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        html.empty("meta", "name", "color-scheme", "content", "light dark");
        html.element("title", title + " – Voxgrad").element("style", styles()).close();
    }

    /** Returns the style sheet of all pages: colours for light and dark, text and tables. */
    public static String styles() {
        try (InputStream file = Objects.requireNonNull(RunReport.class.getResourceAsStream("report.css"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeTitle(Html html, Subject subject) {
        VolumeData data = subject.data();
        html.open("header").element("h1", data.title());
        html.element(
                "p",
                "Ensemble of " + subject.ensemble().members()
                        + (subject.ensemble().members() == 1 ? " member" : " members") + " on the "
                        + subject.split().name() + " split, "
                        + subject.split().size() + " volumes" + subject.split().blankNote() + " of "
                        + subject.split().shape().size() + " voxels"
                        + (subject.split().shape().channels() == 1
                                ? ", "
                                : " and " + subject.split().shape().channels() + " channels, ")
                        + data.classes()
                        + (subject.split().isMultiLabel() ? " labels. " : " classes. ") + data.description());
        if (data.synthetic()) {
            html.element(
                    "p",
                    "SYNTHETIC: these volumes were made by code. The figures say nothing about medicine.",
                    "class",
                    "notice");
        }
        CrossValidation folds = subject.run().info().crossValidation();
        if (folds != null) {
            html.element(
                    "p",
                    "Cross-validation: " + folds.words() + ". Member m validates on fold m mod "
                            + folds.folds()
                            + " and trains on the others, so different members have validation figures of "
                            + "different volumes; published figures are of nets that were trained on the official "
                            + "split.",
                    "class",
                    "notice");
        }
        if (!subject.isFinished()) {
            html.element(
                    "p",
                    "This run is not finished: " + subject.ensemble().members() + " of " + subject.membersPlanned()
                            + " members are. All figures are of these alone.",
                    "class",
                    "notice");
        }
        html.element("p", "For research; not for clinical use.", "class", "small")
                .close();
    }
}
