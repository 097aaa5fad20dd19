package dev.voxgrad.nn.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.LongStream;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the JSON header of a safetensors file, token by token, and refuses everything that the format doesn't define:
 *
 * <pre>
 * {"__metadata__": {"key": "value"}, "fc.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}
 * </pre>
 */
final class HeaderParser implements AutoCloseable {
    /** Duplicate names in one object are an error, because another reader might use the other one of the two. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    /** More than any net has; without a limit, a shape of a million ones would pass, since its product is 1. */
    private static final int MOST_DIMENSIONS = 16;

    private final Path file;
    private final JsonParser parser;

    private HeaderParser(Path file, String json) {
        this.file = file;
        this.parser = JSON.createParser(ObjectReadContext.empty(), json);
    }

    /**
     * Parses a header.
     *
     * @throws WeightsFileException if {@code json} is not a header
     */
    static Header parse(Path file, String json) {
        try (HeaderParser parser = new HeaderParser(file, json)) {
            return parser.header();
        } catch (JacksonException e) {
            throw WeightsFileException.damaged(
                    file, "the header is not valid JSON (" + e.getOriginalMessage() + ")", e);
        }
    }

    private Header header() {
        expect(parser.nextToken(), JsonToken.START_OBJECT, "the header");
        List<HeaderEntry> entries = new ArrayList<>();
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            expect(parser.nextToken(), JsonToken.START_OBJECT, name);
            if (name.equals(Header.METADATA)) {
                readMetadata(metadata);
            } else {
                entries.add(entry(name));
            }
        }
        if (parser.nextToken() != null) {
            throw WeightsFileException.damaged(file, "there is text after the header's JSON object");
        }
        return new Header(entries, metadata);
    }

    private void readMetadata(SequencedMap<String, String> metadata) {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            expect(parser.nextToken(), JsonToken.VALUE_STRING, Header.METADATA + " " + key);
            metadata.put(key, parser.getString());
        }
    }

    private HeaderEntry entry(String name) {
        String type = null;
        List<Long> sizes = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (key) {
                case "dtype" -> type = type(name, value);
                case "shape" -> sizes = sizes(name, numbers(name + " shape", value, MOST_DIMENSIONS));
                case "data_offsets" -> offsets = numbers(name + " data_offsets", value, 2);
                default -> throw WeightsFileException.damaged(file, "tensor " + name + " has an unknown entry " + key);
            }
        }
        if (type == null || sizes == null || offsets == null || offsets.length != 2) {
            throw WeightsFileException.damaged(file, "tensor " + name + " needs dtype, shape and two data_offsets");
        }
        return new HeaderEntry(name, type, sizes, offsets[0], offsets[1]);
    }

    private String type(String name, JsonToken value) {
        expect(value, JsonToken.VALUE_STRING, name + " dtype");
        return parser.getString();
    }

    private List<Long> sizes(String name, long[] sizes) {
        for (long size : sizes) {
            if (size < 0) {
                throw WeightsFileException.damaged(
                        file, "tensor " + name + " has a dimension of " + size + "; each must be at least 0");
            }
        }
        return LongStream.of(sizes).boxed().toList();
    }

    private long[] numbers(String what, JsonToken first, int most) {
        expect(first, JsonToken.START_ARRAY, what);
        long[] numbers = new long[most];
        int count = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, what);
            if (count == most) {
                throw WeightsFileException.damaged(file, what + " has more than " + most + " values");
            }
            numbers[count++] = parser.getLongValue();
        }
        return Arrays.copyOf(numbers, count);
    }

    private void expect(JsonToken found, JsonToken expected, String what) {
        if (found != expected) {
            throw WeightsFileException.damaged(file, what + " is " + found + ", expected " + expected);
        }
    }

    @Override
    public void close() {
        parser.close();
    }
}
