package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class AxisTilesTest {
    @Test
    void mixesSizesWhereThatSavesPositions() {
        assertThat(sizes(AxisTiles.mixed(28))).isEqualTo(List.of(4, 4, 4, 4, 4, 4, 4));
        assertThat(sizes(AxisTiles.mixed(14))).isEqualTo(List.of(4, 4, 4, 2));
        assertThat(sizes(AxisTiles.mixed(7))).isEqualTo(List.of(4, 3));
        assertThat(sizes(AxisTiles.mixed(6))).isEqualTo(List.of(3, 3));
        assertThat(sizes(AxisTiles.mixed(4))).isEqualTo(List.of(4));
    }

    @Test
    void usesTheCheapestSizeAlone() {
        assertThat(sizes(AxisTiles.uniform(14))).isEqualTo(List.of(4, 4, 4, 4));
        assertThat(sizes(AxisTiles.uniform(9))).isEqualTo(List.of(3, 3, 3));
        assertThat(sizes(AxisTiles.uniform(2))).isEqualTo(List.of(2));
        assertThat(sizes(AxisTiles.uniform(1))).isEqualTo(List.of(2));
    }

    @Test
    void tilesCoverEveryLengthOnce() {
        for (int length = 1; length < 70; length++) {
            for (AxisTiles tiles :
                    List.of(AxisTiles.mixed(length), AxisTiles.uniform(length), AxisTiles.pairs(length))) {
                assertThat(tiles.length()).as("length %d", length).isBetween(length, length + 3);
                assertThat(tiles.start(tiles.count() - 1)).isLessThan(length);
                for (int i = 0; i < tiles.count(); i++) {
                    assertThat(tiles.start(i + 1)).isEqualTo(tiles.start(i) + tiles.size(i));
                }
            }
        }
    }

    private static List<Integer> sizes(AxisTiles tiles) {
        return IntStream.range(0, tiles.count()).mapToObj(tiles::size).toList();
    }
}
