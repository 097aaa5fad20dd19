package dev.voxgrad.medmnist.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes JSON with other values, other types, duplicate names, missing names and deep nesting. */
final class JsonInputs {
    private static final JsonMapper JSON = JsonMapper.shared();

    private JsonInputs() {}

    /**
     * Makes a document like {@code whole}, with up to three fields changed; once in a while its text is damaged too.
     */
    static String text(String whole, Chance chance) {
        JsonNode tree = JSON.readTree(whole);
        List<String> raw = new ArrayList<>();
        for (int times = chance.below(4); times > 0; times--) {
            change(tree, raw, chance);
        }
        String text = chance.in(2)
                ? JSON.writeValueAsString(tree)
                : JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        for (int i = 0; i < raw.size(); i++) {
            text = text.replace("\"@" + i + "@\"", raw.get(i));
        }
        return text;
    }

    static byte[] bytes(String whole, Chance chance) {
        String text = text(whole, chance);
        return chance.in(6) ? Damage.text(text, chance) : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void change(JsonNode tree, List<String> raw, Chance chance) {
        List<JsonNode> holders = new ArrayList<>();
        collect(tree, holders);
        String mark = "@" + raw.size() + "@";
        switch (holders.get(chance.below(holders.size()))) {
            case ObjectNode object
            when !object.isEmpty() -> {
                String name = List.copyOf(object.propertyNames()).get(chance.below(object.size()));
                switch (chance.below(8)) {
                    case 0 -> object.remove(name);
                    case 1 -> object.set(chance.text(), object.get(name));
                    case 2 -> {
                        String twice = JSON.writeValueAsString(object.get(name));
                        raw.add(twice + "," + JSON.writeValueAsString(name) + ":" + twice);
                        object.put(name, mark);
                    }
                    default -> {
                        raw.add(value(chance));
                        object.put(name, mark);
                    }
                }
            }
            case ArrayNode array -> {
                raw.add(value(chance) + (chance.in(20) ? ("," + value(chance)).repeat(chance.below(300)) : ""));
                if (array.isEmpty() || chance.in(2)) {
                    array.add(mark);
                } else {
                    array.set(chance.below(array.size()), mark);
                }
            }
            default -> {
                return;
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> holders) {
        if (node.isContainer()) {
            holders.add(node);
            node.values().forEach(child -> collect(child, holders));
        }
    }

    private static String value(Chance chance) {
        return switch (chance.below(12)) {
            case 0 -> "null";
            case 1 -> chance.one("true", "false");
            case 2 -> chance.one("[]", "{}", "[null]", "[[]]", "{\"a\":1}");
            case 3 -> JSON.writeValueAsString(chance.text());
            case 4 -> JSON.writeValueAsString(chance.numberText());
            case 5 -> chance.one("[".repeat(3000), "{\"a\":".repeat(3000), "9".repeat(5000), "1e99999999", "-", "NaN");
            default -> String.valueOf(chance.in(4) ? chance.numberText() : chance.number());
        };
    }
}
