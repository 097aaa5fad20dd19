package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.augment.Recipe;
import dev.voxgrad.medmnist.augment.Transform;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.PreparationOptions;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.options.SplitName;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.picture.SliceMontage;
import dev.voxgrad.medmnist.train.Trainer;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.medmnist.train.settings.TrainingRecipe;

/** Runs {@code medmnist show}. */
@Command(
        name = "show",
        header = "Draws a volume and how augmentation changes it.",
        sortOptions = false,
        description = {
            "Writes a volume as the nets see it, and augmented versions of it: draw d is what a member of a run with "
                    + "the same --seed and --augment sees in epoch d. Prints the transforms of each draw.",
            "",
            "A .png shows a row of planes for the volume and one for each draw: three across X, three across Y and"
                    + " three across Z. They cut the object, not a blank middle: along each axis, a quarter, half and"
                    + " three quarters of the content are before them. Content is what differs from the median of the"
                    + " volume's faces. Each plane has its axis and index as caption. Black and white are each row's"
                    + " smallest and largest value. A .npz contains 'volume' (C,X,Y,Z) and 'draws' (N,C,X,Y,Z) in float32,"
                    + " for your own tools.",
            "",
            "Without --recipe, volumes are handled as in the study.",
            "",
            "Example: medmnist show --flag adrenalmnist3d --index 3 --augment torchio --draws 8 --out volume3.png",
            ""
        })
public final class ShowCommand implements Callable<Integer> {
    private static final int DRAWS = 8;
    private static final int MOST_DRAWS = 1000;

    @Spec
    private CommandSpec command;

    @Mixin
    private DataOptions dataOptions;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "train, val or test. Default: ${DEFAULT-VALUE}")
    private SplitName split;

    @Option(
            names = "--index",
            paramLabel = "I",
            required = true,
            description = "The volume's index in its split, from 0.")
    private int index;

    @Option(
            names = "--augment",
            paramLabel = "R",
            description = "Augmentation to draw from: torchio, centred or none; 'medmnist summary --augment' lists "
                    + "their transforms. Default: that of the recipe if --draws is given; else there are no draws")
    private @Nullable String augment;

    @Option(
            names = "--draws",
            paramLabel = "N",
            description = "Number of draws, up to " + MOST_DRAWS + ". Default: " + DRAWS + " if --augment is given")
    private @Nullable Integer draws;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the run. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(names = "--member", paramLabel = "M", description = "Member of the run, from 0. Default: ${DEFAULT-VALUE}")
    private int member;

    @Option(
            names = {"--no-normalise", "--no-normalize"},
            description = "Leave out the final z-normalisation, so that values stay close to 0 to 1, as --normalise "
                    + "none does.")
    private boolean noNormalise;

    @Mixin
    private RecipeOptions recipeOptions;

    @Mixin
    private PreparationOptions preparationOptions;

    @Option(names = "--out", paramLabel = "FILE.png|FILE.npz", required = true, description = "File to write.")
    private Path out;

    @Override
    public Integer call() {
        DataSource source = dataOptions.source();
        TrainSettings settings = settings(source);
        int count = draws == null ? augment == null ? 0 : DRAWS : draws;
        if (count < 0 || count > MOST_DRAWS || member < 0 || index < 0) {
            throw new ParameterException(
                    command.commandLine(),
                    "--index is " + index + ", --draws " + count + " and --member " + member
                            + "; expected 0 or more, and at most " + MOST_DRAWS + " draws");
        }
        boolean picture = hasSuffix(".png");
        if (!picture && !hasSuffix(".npz")) {
            throw new ParameterException(
                    command.commandLine(), "--out is '" + out + "'; expected a name that ends with .png or .npz");
        }
        AtomicFile.requireWritable(out);
        VolumeData data = dataOptions.load(
                source, settings.preparation(), Requirement.of("medmnist show --split " + split.name(), split.name()));
        Split volumes = data.split(split.name());
        if (index >= volumes.size()) {
            throw new ParameterException(
                    command.commandLine(),
                    "--index is " + index + "; " + volumes.name() + " has " + volumes.size()
                            + " volumes, so expected 0 to " + (volumes.size() - 1));
        }
        show(data, volumes, settings.augmentation(), count, picture);
        return 0;
    }

    /** Returns the settings of a run that handles volumes in this way. */
    private TrainSettings settings(DataSource source) {
        TrainSettings base = recipeOptions
                .given()
                .orElse(TrainingRecipe.STUDY)
                .settings(source)
                .build();
        try {
            Preparation preparation = preparationOptions.preparation(base.preparation());
            return base.toBuilder()
                    .augment(augment == null ? base.augment() : augment)
                    .preparation(noNormalise ? preparation.withoutNormalisation() : preparation)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private boolean hasSuffix(String suffix) {
        return out.toString().toLowerCase(Locale.ROOT).endsWith(suffix);
    }

    private void show(VolumeData data, Split volumes, Recipe recipe, int count, boolean picture) {
        PrintWriter console = command.commandLine().getOut();
        console.println(volumes.name() + " volume " + index + " of " + data.name() + ", " + volumes.shape() + ", "
                + labels(data, volumes) + ", " + data.preparationWords());
        List<float[]> all = new ArrayList<>();
        all.add(new SampleReader(volumes, data.evaluationInput(), SampleTransform.NONE).readPlanar(index, 0));
        List<String> names = new ArrayList<>(List.of("volume " + index));
        List<Transform.Change> changes = new ArrayList<>();
        long memberSeed = Trainer.seedOf(seed, member);
        SampleReader reader = new SampleReader(volumes, data.trainingInput(), (volume, sample) -> {
            changes.clear();
            changes.addAll(recipe.apply(volume, memberSeed, sample));
        });
        for (int draw = 0; draw < count; draw++) {
            all.add(reader.readPlanar(index, draw));
            names.add("draw " + (draw + 1));
            console.println("draw " + (draw + 1) + "  "
                    + (changes.isEmpty()
                            ? "unchanged"
                            : changes.stream().map(Object::toString).collect(Collectors.joining("; "))));
        }
        AtomicFile.write(
                out, picture ? SliceMontage.of(all, names, data.shape()).png() : npz(all, data.shape()));
        console.println("Written to " + out);
    }

    private String labels(VolumeData data, Split volumes) {
        if (!volumes.isMultiLabel()) {
            int label = volumes.labels()[index];
            return "class " + label + " (" + data.labelNames().get(label) + ")";
        }
        List<String> present = new ArrayList<>();
        for (int label = 0; label < data.classes(); label++) {
            if (volumes.multiLabels()[index][label] == 1) {
                present.add(data.labelNames().get(label));
            }
        }
        return "labels " + present;
    }

    private static byte[] npz(List<float[]> all, VolumeShape shape) {
        int elements = shape.elements();
        int count = all.size() - 1;
        float[] draws = new float[Math.multiplyExact(count, elements)];
        for (int draw = 0; draw < count; draw++) {
            System.arraycopy(all.get(draw + 1), 0, draws, draw * elements, elements);
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("volume", NpyArray.ofFloats(all.getFirst(), shape.channels(), shape.x(), shape.y(), shape.z()));
        arrays.put("draws", NpyArray.ofFloats(draws, count, shape.channels(), shape.x(), shape.y(), shape.z()));
        return NpyWriter.npz(arrays, NpyWriter.Packing.DEFLATED);
    }
}
