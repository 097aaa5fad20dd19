package dev.voxgrad.nn.onnx;

import java.util.HexFormat;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Compares with encodings that the description of Protocol Buffers works out, and with the rule for long integers. */
class MessageTest {
    private static String hex(Message message) {
        return HexFormat.ofDelimiter(" ").formatHex(message.toByteArray());
    }

    @Test
    void encodesAsTheDescriptionDoes() {
        assertThat(hex(new Message().integer(1, 150))).isEqualTo("08 96 01");
        assertThat(hex(new Message().text(2, "testing"))).isEqualTo("12 07 74 65 73 74 69 6e 67");
        assertThat(hex(new Message().message(3, new Message().integer(1, 150)))).isEqualTo("1a 03 08 96 01");
    }

    @Test
    void encodesEveryInteger() {
        assertThat(hex(new Message().integer(1, 0))).isEqualTo("08 00");
        assertThat(hex(new Message().integer(1, 127))).isEqualTo("08 7f");
        assertThat(hex(new Message().integer(1, 128))).isEqualTo("08 80 01");
        assertThat(hex(new Message().integer(16, 1))).isEqualTo("80 01 01");
        assertThat(hex(new Message().integer(1, -1)))
                .as("ten bytes, as int64 has it")
                .isEqualTo("08 ff ff ff ff ff ff ff ff ff 01");
    }

    @Test
    void encodesFloatsAndTextOfOtherScripts() {
        assertThat(hex(new Message().real(2, 1))).isEqualTo("15 00 00 80 3f");
        assertThat(hex(new Message().text(1, "é"))).isEqualTo("0a 02 c3 a9");
        assertThat(hex(new Message().text(1, "").bytes(1, new byte[0]))).isEqualTo("0a 00 0a 00");
    }
}
