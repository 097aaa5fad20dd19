package dev.voxgrad.medmnist.benchmark;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

/** Provides the recipe that each net of a benchmark is trained with, and compares rows with it. */
public final class RowRecipe {
    private RowRecipe() {}

    /** Returns the recipe's settings for the runs of a net, one run unless changed. */
    public static TrainSettings.Builder settings(NetSpec net, DataSource source) {
        return TrainingRecipe.of(net).settings(source).nets(List.of(net)).models(1);
    }

    /** Returns where a row departs from its recipe, such as "5 of the recipe's 100 epochs"; empty if nowhere. */
    static List<String> departures(RunInfo row) {
        TrainSettings settings = row.settings();
        TrainSettings recipe = settings(settings.netOf(0), row.data()).build();
        List<String> departures = new ArrayList<>();
        if (settings.epochs() < recipe.epochs()) {
            departures.add(settings.epochs() + " of the recipe's " + recipe.epochs() + " epochs");
        } else if (settings.epochs() > recipe.epochs()) {
            departures.add(settings.epochs() + " epochs, where the recipe has " + recipe.epochs());
        }
        if (settings.batchSize() != recipe.batchSize()) {
            departures.add("batches of " + settings.batchSize() + ", where the recipe has " + recipe.batchSize());
        }
        TrainSettings otherwise = recipe.toBuilder()
                .models(settings.models())
                .epochs(settings.epochs())
                .batchSize(settings.batchSize())
                .seed(settings.seed())
                .build();
        if (!settings.equals(otherwise)) {
            departures.add("other settings, which its run.json lists");
        }
        return departures;
    }
}
