package dev.voxgrad.medmnist.augment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.volume.Volume;
import dev.voxgrad.medmnist.data.Sample;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.io.DataException;

/**
 * Lists transforms that are applied one after the other, each with its own probability.
 *
 * <p>For a sample, each step draws u ~ U[0, 1) and is skipped if u &gt; p. Its random numbers are identified by (seed,
 * epoch, sample, transform): they depend neither on other samples or steps, nor on the order of work.
 *
 * @param flag name on the command line
 * @param description what it is for, in a line
 * @param steps in order; no two transforms of the same name
 */
public record Recipe(String flag, String description, List<Step> steps) implements Flagged {
    /** Leaves volumes as they are. */
    public static final Recipe NONE = new Recipe("none", "volumes stay as they are", List.of());

    /** Augments as the original study did, with TorchIO 0.18's semantics and default parameters. */
    public static final Recipe TORCHIO = new Recipe(
            "torchio",
            "the original study's TorchIO transforms, made for scans many times as large",
            List.of(
                    new Step(0.2, new RandomNoise(RandomNoise.MAX_SIGMA)),
                    new Step(0.4, new RandomFlip(0, 0.5)),
                    new Step(0.2, new RandomBlur(RandomBlur.MAX_SIGMA)),
                    new Step(0.1, new RandomBiasField(RandomBiasField.RANGE)),
                    new Step(0.2, new RandomMotion(RandomMotion.DEGREES, RandomMotion.TRANSLATION, false)),
                    new Step(0.2, new RandomAffine(RandomAffine.SCALE, RandomAffine.DEGREES, RandomAffine.DEGREES))));

    /**
     * Makes the same kinds of change, scaled to small volumes: TorchIO's ten voxels of motion are a third of a volume
     * of 28³, and turn it about a corner; its blur of two voxels wipes out details of that size.
     */
    public static final Recipe CENTRED = new Recipe(
            "centred",
            "the same kinds of change, gentler: about the centre, and scaled to the volume",
            List.of(
                    new Step(0.2, new RandomNoise(0.1)),
                    new Step(0.4, new RandomFlip(0, 0.5)),
                    new Step(0.2, new RandomBlur(Length.ofAxis(0.025))),
                    new Step(0.1, new RandomBiasField(0.2)),
                    new Step(0.2, new RandomMotion(5, Length.ofAxis(0.05), true)),
                    new Step(0.2, new RandomAffine(RandomAffine.SCALE, -5, 5))));

    private static final List<Recipe> ALL = List.of(TORCHIO, CENTRED, NONE);

    /**
     * Contains a transform and how often it is applied.
     *
     * @param probability from 0 to 1
     */
    public record Step(double probability, Transform transform) {
        public Step {
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException(
                        "probability of " + transform.name() + " is " + probability + "; expected 0 to 1");
            }
        }

        /** Returns the purpose of this transform's streams, from its name and the attempt at the sample. */
        private int purpose(int attempt) {
            return RandomPurpose.named(transform.name(), attempt);
        }
    }

    public Recipe {
        steps = List.copyOf(steps);
        long names =
                steps.stream().map(step -> step.transform().name()).distinct().count();
        if (names < steps.size()) {
            throw new IllegalArgumentException("recipe " + flag + ": two transforms have the same name, and so would "
                    + "draw the same numbers: "
                    + steps.stream().map(step -> step.transform().name()).toList());
        }
        requireStreamsOfTheirOwn(flag, steps);
    }

    private static void requireStreamsOfTheirOwn(String flag, List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            String name = steps.get(i).transform().name();
            RandomPurpose.requireFree(name);
            for (Step other : steps.subList(0, i)) {
                if (RandomPurpose.overlap(name, other.transform().name())) {
                    throw new IllegalArgumentException("recipe " + flag + ": transforms '"
                            + other.transform().name() + "' and '" + name + "' would draw the same values; rename one");
                }
            }
        }
    }

    /** Returns this recipe with one more step at its end. */
    public Recipe followedBy(Step last) {
        return new Recipe(
                flag,
                description,
                Stream.concat(steps.stream(), Stream.of(last)).toList());
    }

    /** Returns all recipes of the command line. */
    public static List<Recipe> all() {
        return ALL;
    }

    /** Returns the recipe of that name. */
    public static Recipe byFlag(String flag) {
        return Flags.parse("augment", flag, ALL);
    }

    /** Returns the recipe as a transform for the batch loader. */
    public SampleTransform keyed(long seed) {
        return steps.isEmpty() ? SampleTransform.NONE : (volume, sample) -> apply(volume, seed, sample);
    }

    /**
     * Augments one sample in place.
     *
     * @param volume (C,X,Y,Z), with values from 0 to 1
     * @return the changes that were made, in order
     * @throws DataException if the volume contains a NaN or infinite value, or a transform makes one
     */
    public List<Transform.Change> apply(Volume volume, long seed, Sample sample) {
        requireFinite(volume, sample, "holds", "the augmentation expects finite numbers");
        List<Transform.Change> changes = new ArrayList<>();
        for (Step step : steps) {
            RandomStream random =
                    new RandomStream(seed, sample.epoch(), sample.index(), step.purpose(sample.attempt()));
            if (random.nextDouble() > step.probability()) {
                continue;
            }
            Transform.Change change = step.transform().draw(random, volume);
            change.apply(volume);
            requireFinite(
                    volume,
                    sample,
                    "was given",
                    "by " + change + "; its values are too large for this "
                            + "transform, which expects them from 0 to 1");
            changes.add(change);
        }
        return changes;
    }

    private static void requireFinite(Volume volume, Sample sample, String how, String why) {
        int bad = volume.firstNotFinite();
        if (bad >= 0) {
            throw new DataException(
                    sample + " " + how + " " + volume.values()[bad] + " at " + volume.position(bad) + "; " + why);
        }
    }

    /** Returns a table for the terminal. */
    public String toText() {
        StringBuilder text = new StringBuilder(flag + ": " + description + "\n");
        for (Step step : steps) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-8s p %-5s %s\n",
                    step.transform().name(),
                    Words.number(step.probability()),
                    step.transform().description()));
        }
        text.append(
                "  then each volume is prepared for the net: by default z-normalised, if its data set requires it\n");
        return text.toString();
    }
}
