package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;

class MaskTest {
    @Test
    void isCroppedToItsBoundingBox() {
        VolumeShape shape = new VolumeShape(1, 9, 10, 11);
        Mask mask = Masks.mask(Masks.box(shape, 1, 5, 6), shape);
        assertThat(mask.box()).isEqualTo(new VolumeShape(1, 3, 4, 5));
        assertThat(mask.volume()).isEqualTo(60);
        assertThat(mask.contains(2, 3, 4)).isTrue();
    }

    @Test
    void isEmptyWhereNothingIsAboveTheThreshold() {
        VolumeShape shape = new VolumeShape(1, 3);
        Mask mask = Masks.mask(new float[27], shape);
        assertThat(mask.isEmpty()).isTrue();
        assertThat(mask.pairs(new Offset(1, 0, 0))).isZero();
        assertThat(Mask.above(1, Masks.ball(shape, 1, 9), shape).isEmpty()).isTrue();
    }

    @Test
    void measuresInUnitsOfA28thOfTheLongestAxis() {
        assertThat(unit(new VolumeShape(1, 8))).isEqualTo(1);
        assertThat(unit(new VolumeShape(1, 28))).isEqualTo(1);
        assertThat(unit(new VolumeShape(1, 64))).isEqualTo(2);
        assertThat(unit(new VolumeShape(1, 2, 2, 140))).isEqualTo(5);
    }

    private static int unit(VolumeShape shape) {
        return Masks.mask(new float[shape.voxels()], shape).unit();
    }

    /** The volume is so long that its unit is 2, and rows end in the middle of words. */
    @Property(tries = 100)
    void countsPairsAsTheDefinitionDoes(
            @ForAll long seed,
            @ForAll @IntRange(min = -6, max = 6) int dx,
            @ForAll @IntRange(min = -6, max = 6) int dy,
            @ForAll @IntRange(min = -6, max = 6) int dz) {
        VolumeShape shape = new VolumeShape(1, 50, 11, 13);
        Mask mask = Masks.mask(Masks.random(shape, seed), shape);
        int[] expected = {0};
        mask.forEach((x, y, z) -> expected[0] += isInside(mask, x + dx, y + dy, z + dz) ? 1 : 0);
        assertThat(mask.pairs(new Offset(dx, dy, dz))).isEqualTo(expected[0]);
    }

    private static boolean isInside(Mask mask, int x, int y, int z) {
        VolumeShape box = mask.box();
        boolean inBox = x >= 0 && y >= 0 && z >= 0 && x < box.x() && y < box.y() && z < box.z();
        return inBox && mask.contains(x, y, z);
    }

    @Property(tries = 30)
    void findsTheNearestVoxelOutsideAsTheDefinitionDoes(@ForAll long seed) {
        VolumeShape shape = new VolumeShape(1, 7, 9, 5);
        Mask mask = Masks.mask(Masks.random(shape, seed), shape);
        int[] squares = DistanceTransform.squared(mask);
        VolumeShape box = mask.box();
        for (int i = 0; i < squares.length; i++) {
            int x = i / box.z() / box.y();
            int y = i / box.z() % box.y();
            assertThat(squares[i]).isEqualTo(nearest(mask, x, y, i % box.z()));
        }
    }

    private static int nearest(Mask mask, int x, int y, int z) {
        int nearest = Integer.MAX_VALUE;
        for (int i = -1; i <= mask.box().x(); i++) {
            for (int j = -1; j <= mask.box().y(); j++) {
                for (int k = -1; k <= mask.box().z(); k++) {
                    if (!isInside(mask, i, j, k)) {
                        nearest = Math.min(nearest, new Offset(i - x, j - y, k - z).squaredLength());
                    }
                }
            }
        }
        return nearest;
    }

    @Test
    void hasThirteenDirectionsTheAxesFirst() {
        assertThat(Offset.DIRECTIONS)
                .hasSize(13)
                .startsWith(new Offset(0, 0, 1), new Offset(0, 1, 0), new Offset(1, 0, 0))
                .doesNotContainAnyElementsOf(
                        List.of(new Offset(0, 0, 0), new Offset(-1, 0, 0), new Offset(-1, -1, -1)));
    }
}
