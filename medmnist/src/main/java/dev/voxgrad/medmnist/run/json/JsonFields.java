package dev.voxgrad.medmnist.run.json;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.io.DataFileException;

/** Lists the fields of a JSON file with their full names, so that two files can be compared. */
public final class JsonFields {
    private static final JsonMapper MAPPER = new JsonMapper();

    private JsonFields() {}

    /**
     * Returns the value of each field, in the order of the file: {@code settings.regime.ema} is {@code 0.0}. An array
     * is one value; a field that is null is left out, as one that is missing.
     *
     * @param where the file, for the message
     * @throws DataFileException if the text is no JSON
     */
    public static SequencedMap<String, String> of(String text, String where) {
        SequencedMap<String, String> fields = new LinkedHashMap<>();
        try {
            add("", MAPPER.readTree(text), fields);
        } catch (JacksonException e) {
            throw new DataFileException(where, "is no JSON: " + e.getOriginalMessage(), e);
        }
        return fields;
    }

    private static void add(String name, JsonNode node, SequencedMap<String, String> fields) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> add(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), fields));
        } else if (!node.isNull()) {
            fields.put(name, node.isString() ? node.stringValue() : node.toString());
        }
    }
}
