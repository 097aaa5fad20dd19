package dev.voxgrad.engine.op;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.linear.LinearOp;
import dev.voxgrad.engine.op.pool3d.AdaptiveAvgPool3dOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;
import dev.voxgrad.engine.op.shape.ConcatOp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests that settings whose sizes exceed an int are refused by name, and never computed with a value that overflowed.
 */
class SizesBeyondIntTest {
    private static final Shape INPUT = Shape.of(1, 2, 5, 5, 5);
    private static final int MAX = Integer.MAX_VALUE;

    /** Arguments are stride, padding, dilation and groups. */
    @ParameterizedTest
    @CsvSource({
        "1, 0, 1073741824, 1", // covers 2^31 + 1 voxels, which overflows to a negative size
        "1, 0, 2147483647, 1",
        "1, 1073741824, 1, 1",
        "1, 2147483647, 1, 1",
        "1, 1073741824, 1073741824, 1",
        "1, 1073741823, 1, 1",
        "1, 40000, 1, 1",
        "2147483647, 1073741824, 1, 1",
        "1, 0, 1, 2147483647",
        "1, 0, 1, 1073741825",
    })
    void refusesConvolutions(int stride, int padding, int dilation, int groups) {
        Conv3dOp convolution = new Conv3dOp(Dims3.cube(stride), Dims3.cube(padding), Dims3.cube(dilation), groups);
        assertThatThrownBy(() -> convolution.outputShape(INPUT, Shape.of(4, 2, 3, 3, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("conv3d: ");
    }

    @Test
    void reportsTheExtentOfAKernel() {
        Conv3dOp convolution = new Conv3dOp(Dims3.ONE, Dims3.ZERO, Dims3.cube(1 << 30), 1);
        assertThatThrownBy(() -> convolution.outputShape(INPUT, Shape.of(4, 2, 3, 3, 3)))
                .hasMessageContaining("kernel reaches over 2147483649 voxels (dim 2) but the padded input has 5");
    }

    @Test
    void takesTheLargestStrideAndDilationThatFit() {
        Conv3dOp convolution = new Conv3dOp(Dims3.cube(MAX), Dims3.ZERO, Dims3.cube(MAX), 1);
        assertThat(convolution.outputShape(INPUT, Shape.of(4, 2, 1, 1, 1))).isEqualTo(Shape.of(1, 4, 1, 1, 1));
        MaxPool3dOp pool = new MaxPool3dOp(Dims3.cube(5), Dims3.cube(MAX), Dims3.ZERO);
        assertThat(pool.outputShape(INPUT)).isEqualTo(Shape.of(1, 2, 1, 1, 1));
    }

    /** Arguments are kernel, stride and padding. */
    @ParameterizedTest
    @CsvSource({
        "2147483647, 1, 0",
        "2147483647, 1, 1073741823",
        "3, 1, 1073741825", // twice the padding overflows to 2
        "3, 1, 2147483647",
        "2147483647, 2147483647, 1073741823",
    })
    void refusesPools(int kernel, int stride, int padding) {
        MaxPool3dOp pool = new MaxPool3dOp(Dims3.cube(kernel), Dims3.cube(stride), Dims3.cube(padding));
        assertThatThrownBy(() -> pool.outputShape(INPUT))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("maxPool3d: ");
    }

    @Test
    void refusesResultsWithTooManyElements() {
        assertThatThrownBy(() -> new AdaptiveAvgPool3dOp(Dims3.cube(1 << 20)).outputShape(INPUT))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> new LinearOp().outputShape(Shape.of(1 << 16, 3), Shape.of(1 << 15, 3)))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith("linear: ");
        Shape half = Shape.of(1 << 30);
        assertThatThrownBy(() -> new ConcatOp(0).outputShape(half, half))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("concat: the sizes along dimension 0 add up to 2147483648");
        assertThatThrownBy(() -> new Dims3(1 << 16, 1 << 16, 1).product()).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Shape.of(1 << 16, 1 << 16, 1 << 16, 1 << 16)).isInstanceOf(ShapeException.class);
        assertThat(Shape.of(1 << 10, 1 << 10, (1 << 11) - 1).flattenedFrom(0).dim(0))
                .isEqualTo((1 << 20) * 2047);
    }
}
