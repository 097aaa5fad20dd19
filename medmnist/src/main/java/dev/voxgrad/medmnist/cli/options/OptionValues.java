package dev.voxgrad.medmnist.cli.options;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;

/** Checks and converts values of options that several commands have. */
public final class OptionValues {
    private OptionValues() {}

    /**
     * Returns the net with this name.
     *
     * @throws ParameterException if there is none; the message lists the known nets
     */
    public static NetSpec net(CommandSpec command, String name) {
        try {
            return Nets.named(name);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    /**
     * Requires a number from 1 to {@code most}.
     *
     * @throws ParameterException if the number is outside this range
     */
    public static void requireWithin(CommandSpec command, String option, int value, int most) {
        try {
            BadValueException.requireWithin(option, value, 1, most);
        } catch (BadValueException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    /** Returns the parts of an option that takes several values, separated by commas or given again. */
    static List<String> split(List<String> values) {
        return values.stream()
                .flatMap(list -> Stream.of(list.split(",", -1)))
                .map(String::strip)
                .toList();
    }

    /** Returns the channels of the volumes that a net takes: those in the option, or else those of its recipe. */
    public static int channels(@Nullable Integer option, NetSpec net) {
        return given(option, net.isOfBenchmark() ? 3 : 1);
    }

    /**
     * Returns the shape of volumes with this {@code --size}: S for cubes, or DxHxW.
     *
     * @throws ParameterException if it is something else, or an axis has more than {@code most} voxels
     */
    public static VolumeShape volume(CommandSpec command, String size, int channels, int most) {
        List<Integer> lengths = VolumeShape.lengths(size).orElse(List.of());
        if (lengths.isEmpty() || Collections.min(lengths) < 1 || Collections.max(lengths) > most) {
            throw new ParameterException(
                    command.commandLine(),
                    "--size is '" + size + "'; expected the number of voxels along each axis, from 1 to " + most
                            + ": 28 for cubes, or 16x48x48");
        }
        return new VolumeShape(channels, lengths.get(0), lengths.get(1), lengths.get(2));
    }

    /** Returns an option's value, or {@code otherwise} if the option was not given. */
    static <T> T given(@Nullable T option, T otherwise) {
        return Objects.requireNonNullElse(option, otherwise);
    }
}
