package dev.voxgrad.medmnist.nifti;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OrientationTest {
    private static final int[][] ORDERS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    private static final String[] LETTERS = {"RL", "AP", "SI"};

    private static String orientation(double... rows) {
        return Orientation.of(new Affine(rows)).map(Orientation::toString).orElse("none");
    }

    @Test
    void findsAllOrientations() {
        for (int[] order : ORDERS) {
            for (int flips = 0; flips < 8; flips++) {
                double[] rows = new double[12];
                StringBuilder expected = new StringBuilder();
                for (int axis = 0; axis < 3; axis++) {
                    boolean flipped = (flips >> axis & 1) == 1;
                    rows[4 * order[axis] + axis] = (flipped ? -1 : 1) * (0.5 + axis);
                    expected.append(LETTERS[order[axis]].charAt(flipped ? 1 : 0));
                }
                assertThat(orientation(rows)).isEqualTo(expected.toString());
            }
        }
    }

    @Test
    void obliqueAxesCountAsTheNearest() {
        double cos = Math.cos(0.7);
        double sin = Math.sin(0.7);
        assertThat(orientation(cos, -sin, 0, 0, sin, cos, 0, 0, 0, 0, 1, 0)).isEqualTo("RAS");
        cos = Math.cos(0.9);
        sin = Math.sin(0.9);
        assertThat(orientation(cos, -sin, 0, 0, sin, cos, 0, 0, 0, 0, 1, 0)).isEqualTo("ALS");
    }

    /** The third column leans most towards the first axis, which the first column needs more. */
    @Test
    void shearedAxesGetAnAxisEach() {
        assertThat(orientation(1, 0, 0.8, 0, 0, 1, 0, 0, 0, 0, 0.6, 0)).isEqualTo("RAS");
    }

    @Test
    void axesInAPlaneHaveNoOrientation() {
        assertThat(orientation(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)).isEqualTo("none");
        assertThat(orientation(new double[12])).isEqualTo("none");
    }
}
