package dev.voxgrad.medmnist.run.json;

import java.io.Serial;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Reads and writes the JSON files of a run's folder. Since a user may have edited them, a field that occurs twice, a
 * number of another type, and a value that is missing or out of range are refused, and the message names the field.
 */
public final class RunJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .addModule(NetJson.module())
            .annotationIntrospector(new NumbersRequired())
            .build();

    /** Messages of the parser repeat what it found, whatever its length. */
    private static final int MOST_CHARACTERS = 200;

    /** Requires every number and boolean of a record; what a later version added is an object, or may be null. */
    private static final class NumbersRequired extends JacksonAnnotationIntrospector {
        @Serial
        private static final long serialVersionUID = 1;

        @Override
        public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            boolean required =
                    member instanceof AnnotatedParameter && member.getRawType().isPrimitive();
            return required ? Boolean.TRUE : super.hasRequiredMarker(config, member);
        }
    }

    private RunJson() {}

    /** Returns the JSON text of a record, ending with a newline. */
    public static String write(Object value) {
        return MAPPER.writeValueAsString(value) + "\n";
    }

    /**
     * Reads a record that {@link #write} wrote.
     *
     * @param where the file, for the message
     * @throws DataFileException if the text is not such a record
     */
    public static <T> T read(String text, Class<T> type, String where) {
        try {
            T value = MAPPER.readValue(text, type);
            if (value == null) {
                throw new DataFileException(where, "is damaged: it contains nothing");
            }
            return value;
        } catch (JacksonException e) {
            throw new DataFileException(where, "is damaged: " + problem(e), e);
        }
    }

    private static String problem(JacksonException e) {
        String path = e.getPath().stream()
                .map(RunJson::step)
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof BadValueException bad) {
                String field = (path.isEmpty() ? "" : path + ".") + fieldName(bad.name());
                return "field " + field
                        + Objects.toString(bad.getMessage())
                                .substring(bad.name().length());
            }
        }
        String text = shortened(Objects.toString(e.getOriginalMessage()));
        if (text.startsWith("Missing required creator property")) {
            return "field " + path + " is missing";
        }
        return path.isEmpty() ? text : "field " + path + ": " + text;
    }

    private static String step(JacksonException.Reference step) {
        return step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + shortened(step.getPropertyName());
    }

    /** Returns the field for an option of the command line: {@code batchSize} for {@code batch-size}. */
    private static String fieldName(String option) {
        if (option.equals("lr")) {
            return "learningRate";
        }
        String[] words = option.split("-");
        for (int i = 1; i < words.length; i++) {
            words[i] = words[i].substring(0, 1).toUpperCase(Locale.ROOT) + words[i].substring(1);
        }
        return String.join("", words);
    }

    private static String shortened(String text) {
        String line = text.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "…";
    }
}
