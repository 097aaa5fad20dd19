package dev.voxgrad.medmnist.cli.help;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import dev.voxgrad.medmnist.cli.options.AugmentationOptions;
import dev.voxgrad.medmnist.cli.options.AutomaticRowOptions;
import dev.voxgrad.medmnist.cli.options.BaselineOptions;
import dev.voxgrad.medmnist.cli.options.CacheOption;
import dev.voxgrad.medmnist.cli.options.CheckpointOption;
import dev.voxgrad.medmnist.cli.options.DataOptions;
import dev.voxgrad.medmnist.cli.options.DeviceOptions;
import dev.voxgrad.medmnist.cli.options.EnsembleChoice;
import dev.voxgrad.medmnist.cli.options.EnsembleOptions;
import dev.voxgrad.medmnist.cli.options.ExplanationOptions;
import dev.voxgrad.medmnist.cli.options.FoldOptions;
import dev.voxgrad.medmnist.cli.options.HyperparameterOptions;
import dev.voxgrad.medmnist.cli.options.LibraryOptions;
import dev.voxgrad.medmnist.cli.options.ParallelOptions;
import dev.voxgrad.medmnist.cli.options.PreparationOptions;
import dev.voxgrad.medmnist.cli.options.RecipeOptions;
import dev.voxgrad.medmnist.cli.options.RefinementOptions;
import dev.voxgrad.medmnist.cli.options.RunDataOptions;
import dev.voxgrad.medmnist.cli.options.ScanOptions;
import dev.voxgrad.medmnist.cli.options.SearchOptions;
import dev.voxgrad.medmnist.cli.options.SelectionOptions;

/** Groups the options of a command by topic: several commands share the options of a topic, as a mixin. */
final class OptionTopics {
    /** The topic of the options that only this command has. */
    static final String OWN = "Options";

    private static final String GENERAL = "General";
    private static final Set<String> EVERYWHERE = Set.of("--debug", "--help", "--version");

    /** A command with fewer options has a single list. */
    private static final int FEW = 10;

    /** The topics in their order, each with its mixins. */
    private static final SequencedMap<String, List<Class<?>>> TOPICS = new LinkedHashMap<>();

    static {
        TOPICS.put(OWN, List.of());
        TOPICS.put("Volumes", List.of(DataOptions.class, RunDataOptions.class, ScanOptions.class, CacheOption.class));
        TOPICS.put("Training", List.of(RecipeOptions.class, HyperparameterOptions.class));
        TOPICS.put("Preparation of volumes", List.of(PreparationOptions.class));
        TOPICS.put("Schedule, limits and averages", List.of(RefinementOptions.class));
        TOPICS.put("Cross-validation", List.of(FoldOptions.class));
        TOPICS.put("Search", List.of(SearchOptions.class));
        TOPICS.put("Features and models", List.of(BaselineOptions.class));
        TOPICS.put("Rows of other methods", List.of(AutomaticRowOptions.class));
        TOPICS.put("Explanation", List.of(ExplanationOptions.class));
        TOPICS.put(
                "Ensemble",
                List.of(EnsembleChoice.class, EnsembleOptions.class, LibraryOptions.class, SelectionOptions.class));
        TOPICS.put("Test-time augmentation", List.of(AugmentationOptions.class));
        TOPICS.put("Work in parallel, checkpoints", List.of(ParallelOptions.class, CheckpointOption.class));
        TOPICS.put("Device", List.of(DeviceOptions.class));
        TOPICS.put(GENERAL, List.of());
    }

    private OptionTopics() {}

    /** Returns the options of a command that its help shows, by topic. */
    static SequencedMap<String, List<OptionSpec>> of(CommandSpec command) {
        List<OptionSpec> options = new ArrayList<>(command.options());
        options.removeIf(OptionSpec::hidden);
        if (command.usageMessage().sortOptions()) {
            options.sort(Comparator.comparing(option -> option.longestName().replaceAll("^-+", "")));
        }
        Map<String, String> topicOf = topics(command, options.size() < FEW);
        SequencedMap<String, List<OptionSpec>> byTopic = new LinkedHashMap<>();
        TOPICS.keySet().forEach(topic -> byTopic.put(topic, new ArrayList<>()));
        for (OptionSpec option : options) {
            byTopic.computeIfAbsent(topicOf.getOrDefault(option.longestName(), OWN), _ -> new ArrayList<>())
                    .add(option);
        }
        byTopic.values().removeIf(List::isEmpty);
        return byTopic;
    }

    /** Returns the topic of each option that has one, by the option's name. */
    private static Map<String, String> topics(CommandSpec command, boolean singleList) {
        Map<String, String> topicOf = new HashMap<>();
        if (!singleList) {
            collect(command, topicOf);
            EVERYWHERE.forEach(option -> topicOf.put(option, GENERAL));
        }
        return topicOf;
    }

    private static void collect(CommandSpec command, Map<String, String> topicOf) {
        for (CommandSpec mixin : command.mixins().values()) {
            Class<?> type = mixin.userObject().getClass();
            TOPICS.forEach((topic, types) -> {
                if (types.contains(type)) {
                    mixin.options().forEach(option -> topicOf.put(option.longestName(), topic));
                }
            });
            collect(mixin, topicOf);
        }
    }

    /** Renders the options by topic, each topic under its name. */
    static String text(Help help) {
        CommandSpec command = help.commandSpec();
        StringBuilder text = new StringBuilder();
        of(command).forEach((topic, options) -> {
            Help.Layout layout =
                    help.createDefaultLayout(command.options(), command.positionalParameters(), help.colorScheme());
            layout.addOptions(options, help.parameterLabelRenderer());
            text.append(help.createHeading("%n@|bold " + topic + ":|@%n")).append(layout);
        });
        return text.toString();
    }
}
