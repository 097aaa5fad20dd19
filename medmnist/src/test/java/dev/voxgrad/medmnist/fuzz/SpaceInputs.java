package dev.voxgrad.medmnist.fuzz;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Hyperparameter;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.space.SpaceFile;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Makes files of a search's space, with damaged lines, and uses the spaces that are read. */
final class SpaceInputs {
    private static final String WHOLE = """
            # a space
            net choice net1, net2
            lr log 1e-4 to 1e-2
            ema uniform 0 to 0.9 when net = net1
            batch-size int 1 to 64
            class-weights choice none, balanced
            first net=net2 lr=0.001 batch-size=32 class-weights=none
            """;

    private SpaceInputs() {}

    static byte[] any(Chance chance) {
        String text = WHOLE;
        for (int times = chance.in(2) ? 0 : 1 + chance.below(3); times > 0; times--) {
            text = text.replace(
                    chance.one(
                            "net", "lr", "log", "1e-4", "0.9", "int 1", "64", "none", " to ", "choice", "=", "first"),
                    chance.one(
                            "",
                            "ema",
                            "-1",
                            "1e308",
                            "-1e308",
                            "0.5",
                            "NaN",
                            "é",
                            "int",
                            "9999999999",
                            "width",
                            ",",
                            "when",
                            "\\u0000",
                            "uniform",
                            " 0 to "));
        }
        return chance.in(3) ? Damage.text(text, chance) : text.getBytes(StandardCharsets.UTF_8);
    }

    /** Reads a space, draws from it, and checks that what it contains can be trained and read again. */
    static void read(Path file) {
        Space space = SpaceFile.read(file);
        if (!SpaceFile.parse(space.toText().lines().toList(), "copy").equals(space)) {
            throw new AssertionError("is read as another space: " + space.toText());
        }
        for (int trial = 0; trial < 5; trial++) {
            Configuration drawn = space.draw(1, trial);
            if (!space.canonical(drawn).equals(drawn)) {
                throw new AssertionError(drawn + " is written in another way: " + space.canonical(drawn));
            }
            Hyperparameter.apply(
                    drawn, TrainSettings.builder().epochs(1_000_000).build());
        }
    }
}
