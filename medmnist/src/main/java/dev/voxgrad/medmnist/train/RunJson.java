package dev.voxgrad.medmnist.train;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.data.DataFileException;

/** The JSON that a run's folder holds. */
final class RunJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private RunJson() {}

    static String write(Object value) {
        return MAPPER.writeValueAsString(value) + "\n";
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param where the file, for the message
     * @throws DataFileException if it is something else
     */
    static <T> T read(String text, Class<T> type, String where) {
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw new DataFileException(where, "is damaged: it holds nothing");
            }
            return value;
        } catch (JacksonException e) {
            throw new DataFileException(where, "is damaged: " + e.getOriginalMessage(), e);
        }
    }
}
