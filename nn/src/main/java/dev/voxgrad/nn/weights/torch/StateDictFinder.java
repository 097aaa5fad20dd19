package dev.voxgrad.nn.weights.torch;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Finds the weights in what a file contains: a dictionary of tensors, or a checkpoint, which is a dictionary with the
 * weights under a name such as {@code net} or {@code state_dict}, next to an epoch, an optimiser's state and so on.
 */
final class StateDictFinder {
    private static final int MOST_NAMES_SHOWN = 12;

    private StateDictFinder() {}

    /**
     * Returns the dictionary with the weights.
     *
     * @param key its name in a checkpoint; null if there is only one that it may be
     * @throws TorchFileException if there is none, or if there are several
     */
    static Map<?, ?> find(Object root, @Nullable String key) throws TorchFileException {
        if (!(root instanceof Map<?, ?> map)) {
            String what = root instanceof TensorView ? "a tensor without a name" : "no dictionary of weights";
            throw new TorchFileException("contains " + what + "; save the state_dict() of the net");
        }
        if (key != null) {
            if (map.get(key) instanceof Map<?, ?> named && hasTensors(named)) {
                return named;
            }
            throw new TorchFileException(
                    "has no weights under the name " + key + "; it contains " + names(map.keySet()));
        }
        if (hasTensors(map)) {
            return map;
        }
        SequencedMap<Object, Map<?, ?>> candidates = candidates(map);
        if (candidates.isEmpty()) {
            throw new TorchFileException(
                    "contains no weights, but " + names(map.keySet()) + "; save the state_dict() of the net");
        }
        if (candidates.size() > 1) {
            throw new TorchFileException("contains several sets of weights: " + names(candidates.keySet())
                    + "; choose one with: medmnist convert IN OUT --key NAME");
        }
        return candidates.firstEntry().getValue();
    }

    private static SequencedMap<Object, Map<?, ?>> candidates(Map<?, ?> checkpoint) {
        SequencedMap<Object, Map<?, ?>> candidates = new LinkedHashMap<>();
        checkpoint.forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && hasTensors(map)) {
                candidates.put(name, map);
            }
        });
        return candidates;
    }

    /** Tests whether one of the first values is a tensor, as in every dictionary of weights. */
    private static boolean hasTensors(Map<?, ?> map) {
        return map.values().stream().limit(MOST_NAMES_SHOWN).anyMatch(TensorView.class::isInstance);
    }

    private static String names(Collection<?> keys) {
        String shown =
                keys.stream().limit(MOST_NAMES_SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
        return keys.isEmpty()
                ? "nothing"
                : keys.size() <= MOST_NAMES_SHOWN
                        ? shown
                        : shown + " and " + (keys.size() - MOST_NAMES_SHOWN) + " more";
    }
}
