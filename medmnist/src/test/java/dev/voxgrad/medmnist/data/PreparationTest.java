package dev.voxgrad.medmnist.data;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.Preparation.Normalise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PreparationTest {
    @ParameterizedTest
    @CsvSource({"STUDY,true,true", "STUDY,false,false", "Z,true,true", "Z,false,true", "NONE,true,false"})
    void normalisesByTheStudyOrAlwaysOrNever(Normalise normalise, boolean inStudy, boolean expected) {
        assertThat(normalise.applies(inStudy)).isEqualTo(expected);
    }

    @Test
    void copiesGreyVolumesOnly() {
        assertThat(Preparation.MEDMNIST.shape(new VolumeShape(1, 7))).isEqualTo(new VolumeShape(3, 7));
        assertThat(Preparation.MEDMNIST.shape(new VolumeShape(3, 7))).isEqualTo(new VolumeShape(3, 7));
        assertThat(Preparation.STUDY.shape(new VolumeShape(1, 7))).isEqualTo(new VolumeShape(1, 7));
    }

    @Test
    void refusesAFactorThatNormalisationWouldUndo() {
        assertThatThrownBy(() -> new Preparation(Normalise.Z, false, 0.5, false))
                .hasMessageContaining("normalise is z; expected none")
                .hasMessageContaining("--scale 1");
        assertThatThrownBy(() -> new Preparation(Normalise.Z, false, 1, true))
                .hasMessageContaining("--no-shape-transform");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e39})
    void refusesFactorsOutOfRange(double scale) {
        assertThatThrownBy(() -> new Preparation(Normalise.NONE, false, scale, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("scale is " + scale);
    }

    @Test
    void describesItself() {
        assertThat(Preparation.STUDY.words()).isEqualTo("z-normalised, except organmnist3d and vesselmnist3d");
        assertThat(Preparation.MEDMNIST.words()).isEqualTo("values from 0 to 1, grey in three equal channels");
        assertThat(Preparation.MEDMNIST.withShapeTransform().words())
                .isEqualTo("values from 0 to 1, times 0.5, in training times a number drawn from U[0,1), "
                        + "grey in three equal channels");
        assertThat(new Preparation(Normalise.NONE, false, 0.25, false).words())
                .isEqualTo("values from 0 to 1, times 0.25");
    }

    @Test
    void returnsFromMetadataAsItWas() {
        for (Preparation each : new Preparation[] {
            Preparation.STUDY,
            Preparation.MEDMNIST,
            Preparation.MEDMNIST.withShapeTransform(),
            new Preparation(Normalise.Z, true, 1, false),
            new Preparation(Normalise.NONE, false, 0.1, true)
        }) {
            assertThat(Preparation.ofMetadata(each.toMetadata())).contains(each);
        }
        assertThat(Preparation.ofMetadata(Map.of("format", "pt"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"normalise,Z", "rgb,yes", "scale,half", "scale,0", "shape_transform,1"})
    void refusesDamagedMetadata(String name, String value) {
        Map<String, String> metadata = new LinkedHashMap<>(Preparation.MEDMNIST.toMetadata());
        metadata.put("voxgrad.volumes." + name, value);
        assertThatThrownBy(() -> Preparation.ofMetadata(metadata))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + " is ");
        metadata.remove("voxgrad.volumes." + name);
        assertThatThrownBy(() -> Preparation.ofMetadata(metadata)).hasMessageContaining("missing");
    }
}
