package dev.voxgrad.medmnist.data;

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DatasetInfoTest {
    @Test
    void matchesThePapersTable() {
        assertThat(Arrays.stream(DatasetInfo.values()).map(i -> i.flag() + " " + i.classes() + " " + i.task()))
                .containsExactly(
                        "organmnist3d 11 MULTI_CLASS",
                        "nodulemnist3d 2 BINARY",
                        "adrenalmnist3d 2 BINARY",
                        "fracturemnist3d 3 MULTI_CLASS",
                        "vesselmnist3d 2 BINARY",
                        "synapsemnist3d 2 BINARY");
        assertThat(Arrays.stream(DatasetInfo.values()).filter(i -> !i.zNormalized()))
                .containsExactly(DatasetInfo.ORGAN, DatasetInfo.VESSEL);
    }

    /** The paper's table of data sets (version 3 files have one volume fewer in organ's train and vessel's val). */
    @Test
    void countsAddUpToTheTotals() {
        assertThat(Arrays.stream(DatasetInfo.values())
                        .map(DatasetInfo::counts)
                        .map(c -> c.train() + c.val() + c.test()))
                .containsExactly(1742, 1633, 1584, 1370, 1908, 1759);
    }

    @Test
    void everyFileHasItsOwnChecksumAndAddress() {
        assertThat(Arrays.stream(DatasetInfo.values())
                        .flatMap(i -> i.sources().stream())
                        .map(DatasetInfo.Source::md5))
                .hasSize(12)
                .doesNotHaveDuplicates()
                .allMatch(sum -> sum.matches("[0-9a-f]{32}"));
        DatasetInfo.Source source = DatasetInfo.byFlag("adrenalmnist3d").source(64);
        assertThat(source.fileName()).isEqualTo("adrenalmnist3d_64.npz");
        assertThat(source.md5()).isEqualTo("17721accfe9fb005146a47d33bc54b2f");
        assertThat(source.address())
                .hasToString("https://zenodo.org/records/10519652/files/adrenalmnist3d_64.npz?download=1");
    }

    @Test
    void unknownFlagErrorListsKnownFlags() {
        assertThatThrownBy(() -> DatasetInfo.byFlag("organmnist"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "unknown data set flag 'organmnist'; known flags are organmnist3d, nodulemnist3d, adrenalmnist3d, "
                                + "fracturemnist3d, vesselmnist3d, synapsemnist3d");
    }
}
