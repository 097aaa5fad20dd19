package dev.voxgrad.medmnist.nets;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.voxgrad.medmnist.nets.resnet.ResNet;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Finds nets by name. A program that brings a net of its own {@linkplain #register registers} it, and can then train,
 * resume, predict and report with it like with any other.
 */
public final class Nets {
    /** All families; to add one, add its nets here. */
    private static final List<NetSpec> BUILT_IN =
            Stream.of(StudyNet.ALL, ResNet.ALL).<NetSpec>flatMap(List::stream).toList();

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*");

    private static final List<NetSpec> KNOWN = new CopyOnWriteArrayList<>(BUILT_IN);

    private Nets() {}

    /** Returns the nets that a run trains by default: those of the study. */
    public static List<NetSpec> defaults() {
        return List.copyOf(StudyNet.ALL);
    }

    /**
     * Returns all nets: those of the built-in families, then those registered. Those with a factor in their names are
     * left out, as there are too many.
     */
    public static List<NetSpec> all() {
        return List.copyOf(KNOWN);
    }

    /** Returns the names of all nets, separated by commas: {@code net1, net2, net3}. */
    public static String names() {
        return names(KNOWN);
    }

    private static String names(List<? extends NetSpec> nets) {
        return nets.stream().map(NetSpec::name).collect(Collectors.joining(", "));
    }

    /**
     * Returns the net of that name, which may end with a {@linkplain StudyNet#widened factor of its channels}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the known ones
     */
    public static NetSpec named(String name) {
        return StudyNet.widened(name).<NetSpec>map(net -> net).orElseGet(() -> named(KNOWN, name));
    }

    /**
     * Returns the net of that name among some.
     *
     * @throws IllegalArgumentException if there is none; the message lists them
     */
    public static <N extends NetSpec> N named(List<N> nets, String name) {
        return nets.stream()
                .filter(net -> net.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("unknown net '" + name + "'; known nets are " + names(nets)));
    }

    /** A net that is known until this is closed. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Makes a net known by its name in this process.
     *
     * @return what makes it unknown again
     * @throws IllegalArgumentException if the name is malformed or taken
     */
    public static synchronized Registration register(NetSpec net) {
        if (!NAME.matcher(net.name()).matches()) {
            throw new IllegalArgumentException("invalid net name '" + net.name()
                    + "'; expected lower-case letters, digits, hyphens and single dots between them, starting"
                    + " with a letter");
        }
        if (KNOWN.stream().anyMatch(known -> known.name().equals(net.name())) || StudyNet.isWidened(net.name())) {
            throw new IllegalArgumentException("net name '" + net.name() + "' is taken; known nets are " + names());
        }
        KNOWN.add(net);
        return () -> KNOWN.removeIf(known -> known == net);
    }
}
