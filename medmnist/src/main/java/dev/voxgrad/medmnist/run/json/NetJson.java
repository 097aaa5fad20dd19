package dev.voxgrad.medmnist.run.json;

import java.util.Locale;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;

/** Writes a net as its name in capitals, {@code "NET1"}, and reads it by looking the name up in {@link Nets}. */
final class NetJson {
    private NetJson() {}

    static SimpleModule module() {
        return new SimpleModule("nets")
                .addSerializer(NetSpec.class, new Writer())
                .addDeserializer(NetSpec.class, new Reader());
    }

    private static String spelled(NetSpec net) {
        return net.name().toUpperCase(Locale.ROOT);
    }

    private static final class Writer extends StdSerializer<NetSpec> {
        Writer() {
            super(NetSpec.class);
        }

        @Override
        public void serialize(NetSpec net, JsonGenerator json, SerializationContext context) {
            json.writeString(spelled(net));
        }
    }

    private static final class Reader extends StdDeserializer<NetSpec> {
        Reader() {
            super(NetSpec.class);
        }

        @Override
        public NetSpec deserialize(JsonParser json, DeserializationContext context) {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                return (NetSpec) context.handleUnexpectedToken(context.constructType(NetSpec.class), json);
            }
            String text = json.getString();
            String name = text.toLowerCase(Locale.ROOT);
            if (!name.toUpperCase(Locale.ROOT).equals(text)) {
                return context.reportInputMismatch(
                        NetSpec.class, "unknown net '%s'; known nets are %s, in capitals", text, Nets.names());
            }
            try {
                return Nets.named(name);
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(NetSpec.class, "%s", e.getMessage());
            }
        }
    }
}
