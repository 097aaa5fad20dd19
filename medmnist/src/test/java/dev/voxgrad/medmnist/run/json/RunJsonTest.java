package dev.voxgrad.medmnist.run.json;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.train.settings.OptimizerKind;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

import static org.assertj.core.api.Assertions.assertThat;

/** The text of run.json, which other versions read. */
class RunJsonTest {
    private static void keepsItsText(DataSource source, String text) {
        assertThat(RunJson.write(source)).isEqualTo(text);
        DataSource read = RunJson.read(text, DataSource.class, "run.json");
        assertThat(read).isEqualTo(source);
    }

    @Test
    void officialSetKeepsItsText() {
        keepsItsText(DataSource.official("adrenalmnist3d", Path.of("/data"), 64).withSkipBlank(true), """
                {
                  "kind" : "OFFICIAL",
                  "flag" : "adrenalmnist3d",
                  "root" : "/data",
                  "size" : 64,
                  "file" : null,
                  "labels" : [ ],
                  "synthetic" : null,
                  "task" : null,
                  "skipBlank" : true,
                  "window" : null
                }
                """);
    }

    @Test
    void ownFileKeepsItsText() {
        DataSource source = DataSource.file(Path.of("/data/own.npz"), List.of("a", "b"))
                .withTask("binary")
                .withWindow(Window.BYTES);
        keepsItsText(source, """
                {
                  "kind" : "FILE",
                  "flag" : null,
                  "root" : null,
                  "size" : 0,
                  "file" : "/data/own.npz",
                  "labels" : [ "a", "b" ],
                  "synthetic" : null,
                  "task" : "binary",
                  "skipBlank" : null,
                  "window" : {
                    "low" : 0.0,
                    "high" : 255.0,
                    "exact" : true
                  }
                }
                """);
    }

    /** Versions that rounded to 256 grey values did not say so. */
    @Test
    void windowsOfOlderRunsRound() {
        Window window = RunJson.read("{\"low\": -1000.0, \"high\": 400.0}", Window.class, "run.json");
        assertThat(window).isEqualTo(new Window(-1000, 400, null)).isNotEqualTo(new Window(-1000, 400));
    }

    @Test
    void syntheticVolumesKeepTheirText() {
        keepsItsText(DataSource.synthetic(new SyntheticShapes.Settings(1, 12, 20, 10, 10, 0.4)), """
                {
                  "kind" : "SYNTHETIC",
                  "flag" : null,
                  "root" : null,
                  "size" : 0,
                  "file" : null,
                  "labels" : [ ],
                  "synthetic" : {
                    "seed" : 1,
                    "edge" : 12,
                    "train" : 20,
                    "val" : 10,
                    "test" : 10,
                    "difficulty" : 0.4
                  },
                  "task" : null,
                  "skipBlank" : null,
                  "window" : null
                }
                """);
    }

    @Test
    void settingsKeepTheirText() {
        TrainSettings settings = TrainSettings.defaults(7);
        String text = """
                {
                  "models" : 15,
                  "nets" : [ "NET1", "NET2", "NET3" ],
                  "epochs" : 500,
                  "batchSize" : 32,
                  "learningRate" : 0.001,
                  "weightDecay" : 5.0E-4,
                  "optimizer" : "ADAMW",
                  "seed" : 7,
                  "shuffle" : true,
                  "augment" : "torchio",
                  "regime" : {
                    "schedule" : "CONSTANT",
                    "warmupEpochs" : 0,
                    "clipNorm" : 0.0,
                    "patience" : 0,
                    "classWeights" : {
                      "asked" : "none",
                      "values" : [ ]
                    },
                    "ema" : 0.0
                  },
                  "recipe" : "STUDY",
                  "preparation" : {
                    "normalise" : "STUDY",
                    "rgb" : false,
                    "scale" : 1.0,
                    "shapeTransform" : false
                  },
                  "start" : "DEFAULT",
                  "ties" : "LATEST",
                  "initWeights" : null
                }
                """;
        assertThat(RunJson.write(settings)).isEqualTo(text);
        assertThat(RunJson.read(text, TrainSettings.class, "run.json")).isEqualTo(settings);
    }

    @Test
    void everyPartOfTheOfficialRecipeIsRecorded() {
        TrainSettings settings = TrainingRecipe.MEDMNIST
                .settings(DataSource.official("adrenalmnist3d", Path.of("/data"), 28))
                .seed(7)
                .build();
        String text = RunJson.write(settings);
        assertThat(text).contains("""
                  "epochs" : 100,
                  "batchSize" : 32,
                  "learningRate" : 0.001,
                  "weightDecay" : 0.0,
                  "optimizer" : "ADAM",
                  "seed" : 7,
                  "shuffle" : true,
                  "augment" : "none",
                  "regime" : {
                    "schedule" : "MULTISTEP",
                """, """
                  "recipe" : "MEDMNIST",
                  "preparation" : {
                    "normalise" : "NONE",
                    "rgb" : true,
                    "scale" : 0.5,
                    "shapeTransform" : true
                  },
                  "start" : "I3D",
                  "ties" : "FIRST",
                """);
        assertThat(RunJson.read(text, TrainSettings.class, "run.json")).isEqualTo(settings);
    }

    /** Versions without recipes trained as the study did. */
    @Test
    void runsWithoutARecipeAreTheStudys() {
        String text = """
                {"models": 15, "nets": ["NET1", "NET2", "NET3"], "epochs": 500, "batchSize": 32, "learningRate": 0.001,
                 "weightDecay": 5.0E-4, "optimizer": "ADAMW", "seed": 1, "shuffle": true, "augment": "torchio",
                 "regime": {"schedule": "CONSTANT", "warmupEpochs": 0, "clipNorm": 0.0, "patience": 0,
                            "classWeights": {"asked": "none", "values": []}, "ema": 0.0}, "initWeights": null}
                """;
        assertThat(RunJson.read(text, TrainSettings.class, "run.json")).isEqualTo(TrainSettings.defaults(1));
    }

    @Test
    void runsWithoutAnOptimizerUseAdamW() {
        String text = """
                {"models": 1, "nets": ["NET2"], "epochs": 2, "batchSize": 3, "learningRate": 0.1, "weightDecay": 0.0,
                 "seed": 4, "shuffle": false}
                """;
        TrainSettings settings = RunJson.read(text, TrainSettings.class, "run.json");
        assertThat(settings.optimizer()).isEqualTo(OptimizerKind.ADAMW);
        assertThat(settings.augment()).isEqualTo("none");
    }
}
