package dev.voxgrad.medmnist.run.json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.Nets;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.member.MemberState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NetJsonTest {
    private static final String TEXT = RunJson.write(MemberState.atStart(0, StudyNet.NET2));

    private static MemberState read(String text) {
        return RunJson.read(text, MemberState.class, "run.json");
    }

    @Test
    void writesNameInCapitalsAndFindsIt() {
        assertThat(TEXT).contains("\"net\" : \"NET2\"");
        assertThat(read(TEXT).net()).isSameAs(StudyNet.NET2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"NET4\"", "\"net2\"", "\"\"", "2", "[]", "{\"name\":\"net2\"}", "true"})
    void refusesOtherValues(String value) {
        assertThatThrownBy(() -> read(TEXT.replace("\"NET2\"", value)))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("field net");
    }

    @Test
    void unknownNetErrorListsKnownNets() {
        assertThatThrownBy(() -> read(TEXT.replace("NET2", "NET4")))
                .hasMessageContaining("unknown net 'net4'")
                .hasMessageContaining("known nets are " + Nets.names());
    }
}
