package dev.voxgrad.medmnist.report;

import java.nio.file.Path;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.ensemble.EnsembleSettings;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingOptions;

/** Writes the settings that decided the outcome, and the commands that reproduce it. */
final class SettingsSection {
    private final Html html;

    private SettingsSection(Html html) {
        this.html = html;
    }

    static void write(Html html, Subject subject) {
        SettingsSection section = new SettingsSection(html);
        html.open("section").element("h2", "Settings and how to reproduce").open("dl");
        section.writeRun(subject);
        section.writeSettings(subject.run().info().settings());
        html.close();
        Path folder = subject.run().folder();
        String split = subject.split().name();
        EnsembleSettings settings = subject.evaluation().settings();
        html.element(
                "p",
                "The same seed gives the same weights to the byte on the same kind of device, with any number "
                        + "of threads. To train again, combine and report:");
        html.element(
                        "pre",
                        CommandLines.train(subject.run().info(), folder) + "\n\n"
                                + CommandLines.ensemble(folder, split, settings) + "\n\n"
                                + CommandLines.report(folder, split, settings),
                        "tabindex",
                        "0")
                .close();
    }

    private void writeRun(Subject subject) {
        RunInfo info = subject.run().info();
        VolumeData data = subject.data();
        item("run", subject.run().folder().toString());
        item("started", info.started());
        item("Voxgrad, Java", info.voxgrad() + ", " + info.java());
        item("device", info.device() + (info.fusion() ? "" : ", no fusion"));
        item("data", data.title() + ", " + data.counts() + " volumes to train, validate and test");
        if (info.data().window() != null) {
            item("window", info.data().window() + " in the data become 0,1");
        }
        item("volumes", data.preparationWords());
        item(
                "split",
                info.crossValidation() == null
                        ? "as in the data"
                        : info.crossValidation().words());
        item(
                "MD5 of the data",
                info.dataMd5() == null
                        ? "none: made by code"
                        : info.dataMd5()
                                + (data.md5().map(info.dataMd5()::equals).orElse(false)
                                        ? ""
                                        : " in training; the data has changed since"));
        item("task", info.task());
        item("time of training", Numbers.duration(subject.history().seconds()));
        writeEnsemble(
                subject.evaluation(),
                info.crossValidation() == null ? "the validation split" : "each member's validation fold");
    }

    private void writeEnsemble(Evaluation evaluation, String fittedTo) {
        EnsembleSettings ensemble = evaluation.settings();
        item(
                "ensemble weights",
                ensemble.method()
                        .map(method -> method.flag()
                                + (method.needsValidation() ? ", fitted to " + fittedTo : "")
                                + (ensemble.given().isUniform() ? "" : ", times " + ensemble.given()))
                        .orElse(ensemble.given().toString()));
        if (ensemble.temperature()) {
            item(
                    "temperature",
                    Numbers.three(evaluation.weighted().temperature().value()));
        }
        Predictor.Augmentation augmentation = ensemble.augmentation();
        if (augmentation.draws() > 0) {
            item(
                    "test-time augmentation",
                    augmentation.draws() + " draws of '" + augmentation.recipe().flag() + "', seed "
                            + augmentation.seed());
        }
    }

    private void writeSettings(TrainSettings settings) {
        item("recipe", settings.recipe().flag());
        item("members", String.valueOf(settings.models()));
        item("nets, in turn", settings.nets().stream().map(NetSpec::name).collect(Collectors.joining(", ")));
        item("epochs", String.valueOf(settings.epochs()));
        item("batch size", String.valueOf(settings.batchSize()));
        item(
                "optimiser",
                settings.optimizer().title() + ", learning rate " + settings.learningRate() + ", weight decay "
                        + settings.weightDecay());
        TrainingOptions regime = settings.options();
        item(
                "schedule",
                regime.schedule().flag()
                        + (regime.warmupEpochs() > 0 ? ", warm-up of " + regime.warmupEpochs() + " epochs" : "")
                        + (regime.clipNorm() > 0 ? ", gradients clipped at norm " + regime.clipNorm() : "")
                        + (regime.patience() > 0
                                ? ", ends after " + regime.patience() + " epochs without improvement"
                                : ""));
        item("class weights", regime.classWeights().toString());
        item(
                "weights kept",
                regime.ema() > 0
                        ? "moving average over the steps, decay " + regime.ema()
                        : "as the epoch's last step left them");
        item("best of equal epochs", settings.ties().flag());
        item("seed", String.valueOf(settings.seed()));
        item("order", settings.shuffle() ? "shuffled each epoch" : "as in the file");
        item("augmentation", settings.augment());
        item("initial weights", settings.startWords());
    }

    private void item(String name, @Nullable String value) {
        html.element("dt", name).element("dd", value == null ? Numbers.NONE : value);
    }
}
