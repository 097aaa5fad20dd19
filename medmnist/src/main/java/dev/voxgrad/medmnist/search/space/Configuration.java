package dev.voxgrad.medmnist.search.space;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireWithin;

/**
 * Holds one value for each active dimension of a space, in the order of the space. The text form, which is also the one
 * in JSON, round-trips: {@code net=net1 lr=0.00137 batch-size=32}.
 *
 * @param values from the dimension's name to the value, as the command line spells both
 */
public record Configuration(SequencedMap<String, String> values) {
    /** The configuration without values. */
    public static final Configuration EMPTY = new Configuration(new LinkedHashMap<>());

    /** More than any space needs; texts come from files. */
    static final int MOST_DIMENSIONS = 64;

    private static final int MOST_CHARACTERS = 10_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9+._-]{1,80}");

    public Configuration {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
        requireWithin("number of dimensions", values.size(), 0, MOST_DIMENSIONS);
        for (Map.Entry<String, String> entry : values.entrySet()) {
            require(isName(entry.getKey()), "dimension", entry.getKey(), "lower-case letters, digits and hyphens");
            requireValue(entry.getValue());
        }
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    static void requireValue(String text) {
        require(
                VALUE.matcher(text).matches(),
                "value",
                text,
                "at most 80 letters, digits and characters of '+', '-', '.', '_'");
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if it is none; the message says which part
     */
    @JsonCreator
    public static Configuration parse(String text) {
        requireWithin("length of a configuration", text.length(), 0, MOST_CHARACTERS);
        SequencedMap<String, String> values = new LinkedHashMap<>();
        for (String word : text.isBlank() ? new String[0] : text.strip().split("\\s+")) {
            int sign = word.indexOf('=');
            require(sign > 0, "setting", word, "NAME=VALUE, such as lr=0.001");
            String name = word.substring(0, sign);
            require(
                    values.put(name, word.substring(sign + 1)) == null,
                    "number of values of " + name,
                    "2 or more",
                    "1");
        }
        return new Configuration(values);
    }

    /** Returns the value of a dimension, if it is active. */
    public Optional<String> find(String dimension) {
        return Optional.ofNullable(values.get(dimension));
    }

    /** Returns this configuration with one more value at its end. */
    public Configuration with(String dimension, String value) {
        SequencedMap<String, String> longer = new LinkedHashMap<>(values);
        longer.put(dimension, value);
        return new Configuration(longer);
    }

    /** Returns the text form. */
    @JsonValue
    public String toText() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return toText();
    }
}
