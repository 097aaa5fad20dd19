package dev.voxgrad.nn;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/** Creates ordered maps from names to the members of layers. */
public final class Named {
    private Named() {}

    /** Returns an empty map. */
    public static <T> SequencedMap<String, T> of() {
        return new LinkedHashMap<>();
    }

    /** Returns a map of one member, or an empty map if it is null. */
    public static <T> SequencedMap<String, T> of(String name, @Nullable T value) {
        SequencedMap<String, T> map = of();
        if (value != null) {
            map.put(name, value);
        }
        return map;
    }

    /** Returns a map of two members without any that is null: a layer without bias has only a weight. */
    public static <T> SequencedMap<String, T> of(String name1, @Nullable T value1, String name2, @Nullable T value2) {
        SequencedMap<String, T> map = of(name1, value1);
        map.putAll(of(name2, value2));
        return map;
    }

    /**
     * Returns what {@code own} returns for {@code root} and all layers below it, under full names with dots: all names,
     * even if several belong to one member.
     */
    public static <T> SequencedMap<String, T> collect(Layer root, Function<Layer, Map<String, T>> own) {
        SequencedMap<String, T> all = of();
        layers(root)
                .forEach((path, layer) -> own.apply(layer).forEach((name, value) -> all.put(join(path, name), value)));
        return all;
    }

    /** Returns the entries of {@code all} without further names of a member that already has one. */
    static <T> SequencedMap<String, T> distinct(SequencedMap<String, T> all) {
        Set<T> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        SequencedMap<String, T> distinct = of();
        all.forEach((name, value) -> {
            if (seen.add(value)) {
                distinct.put(name, value);
            }
        });
        return distinct;
    }

    /** Returns {@code root} (under the empty name) and all layers below it by full name, parents first. */
    public static SequencedMap<String, Layer> layers(Layer root) {
        SequencedMap<String, Layer> all = of();
        addLayers("", root, all);
        return all;
    }

    private static void addLayers(String path, Layer layer, Map<String, Layer> all) {
        all.put(path, layer);
        layer.children().forEach((name, child) -> addLayers(join(path, name), child, all));
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
