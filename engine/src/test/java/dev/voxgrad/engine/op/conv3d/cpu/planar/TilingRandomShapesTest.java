package dev.voxgrad.engine.op.conv3d.cpu.planar;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.engine.testing.RoundingBound;
import dev.voxgrad.engine.testing.Samples;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks the passes of {@link Planar} for random shapes and every {@link Tiling}, within error bounds that hold for any
 * operands and any order of summation: γₙ·Σ|term| ({@link RoundingBound}), with {@link WinogradMagnitudes} for Σ|term|
 * and these roundings n. Along an axis with tiles of m outputs, they are at most
 *
 * <pre>
 *            m = 1   2   3   4
 * Bᵀd          0     1   2   2     {@link PlanarTransforms}
 * A dy         0     1   2   2
 * Aᵀm          0     2   3   3
 * G g          0     4   4   4     an entry of G, a product, two additions
 * Gᵀdg         0     m + 3         an entry of G, m + 2 products that are added one by one
 * </pre>
 *
 * <p>The products of a position add C, O or N·tiles, the bias one. Gradients of tiles of different sizes are added up
 * while the last axis is transformed, which adds m + 2 for each further size. The bounds grow with the transforms'
 * amplification, about a thousand times for 4×4×4; {@link PlanarTest} uses a statistical bound, which is tighter.
 */
@Tag("kernels")
class TilingRandomShapesTest {
    /** The most roundings of Bᵀ along an axis, those of the largest tiles, … */
    private static final int INPUT = 2;
    /** … of A, … */
    private static final int GRADIENT = 2;
    /** … of Aᵀ, … */
    private static final int OUTPUT = 3;
    /** … and of G. */
    private static final int WEIGHT = 4;
    /** The most positions of a tile along an axis. */
    private static final int POSITIONS = 6;

    /** Larger shapes are drawn again, since the reference takes some nanoseconds for each product. */
    private static final long MOST_PRODUCTS = 2_500_000;

    private static final String[] PASSES = {"forward", "gradInput", "gradWeight"};
    private static final List<Dims3> KERNELS =
            List.of(Dims3.cube(3), new Dims3(1, 3, 3), new Dims3(3, 1, 3), new Dims3(3, 3, 1));

    /** One convolution, divided into tiles. */
    private record Case(Conv3dGeometry g, Tiling tiling) {
        static Case draw(RandomStream random, int most) {
            while (true) {
                Dims3 kernel = KERNELS.get(random.nextInt(3) > 0 ? 0 : 1 + random.nextInt(3));
                Dims3 padding = new Dims3(
                        kernel.d() == 1 ? 0 : random.nextInt(3),
                        kernel.h() == 1 ? 0 : random.nextInt(3),
                        kernel.w() == 1 ? 0 : random.nextInt(3));
                Shape x = Shape.of(
                        1 + random.nextInt(4),
                        1 + random.nextInt(most),
                        1 + random.nextInt(19),
                        1 + random.nextInt(15),
                        1 + random.nextInt(15));
                Shape w = Shape.of(1 + random.nextInt(most), x.dim(1), kernel.d(), kernel.h(), kernel.w());
                if (x.dim(2) + 2 * padding.d() < kernel.d()
                        || x.dim(3) + 2 * padding.h() < kernel.h()
                        || x.dim(4) + 2 * padding.w() < kernel.w()) {
                    continue;
                }
                Conv3dOp op = new Conv3dOp(Dims3.ONE, padding, Dims3.ONE, 1);
                Conv3dGeometry g = op.geometry(x, w, op.outputShape(x, w));
                List<Tiling> tilings = kernel.equals(Dims3.cube(3)) ? Tiling.CUBIC : Tiling.PLANAR;
                if ((long) g.batch() * g.output().product() * w.elements() <= MOST_PRODUCTS) {
                    return new Case(g, tilings.get(random.nextInt(tilings.size())));
                }
            }
        }

        /** Returns for each element of each pass the largest error that rounding can explain. */
        double[][] bounds() {
            double[] x = RoundingBound.magnitudes(Samples.gaussian(PlanarTest.x(g), 1));
            double[] w = RoundingBound.magnitudes(Samples.gaussian(PlanarTest.weight(g), 2));
            double[] bias = RoundingBound.magnitudes(Samples.gaussian(Shape.of(g.outputChannels()), 3));
            double[] dy = RoundingBound.magnitudes(Samples.gaussian(PlanarTest.y(g), 4));
            WinogradMagnitudes magnitudes = WinogradMagnitudes.of(g, tiling);
            double[] forward = magnitudes.forward(x, w);
            for (int i = 0; i < forward.length; i++) {
                forward[i] += bias[i / g.output().product() % g.outputChannels()];
            }
            int correlation = axes() * (INPUT + WEIGHT + OUTPUT) + 1;
            int back = axes() * (1 + POSITIONS) + (sizes() - 1) * POSITIONS;
            return new double[][] {
                RoundingBound.of(g.inputChannels() + correlation, forward),
                RoundingBound.of(g.outputChannels() + correlation, magnitudes.gradInput(dy, w)),
                RoundingBound.of(magnitudes.tiles() + axes() * (INPUT + GRADIENT) + back, magnitudes.gradWeight(x, dy))
            };
        }

        private int axes() {
            return g.kernel().equals(Dims3.cube(3)) ? 3 : 2;
        }

        private int sizes() {
            return PlanarView.of(g)
                    .getFirst()
                    .sizes(Planar.tiles(g, g.output(), tiling))
                    .size();
        }
    }

    @Test
    void everyPassKeepsItsErrorBound() {
        checkErrorBounds(40);
    }

    @Test
    @Tag("thorough")
    void everyPassKeepsItsErrorBoundIn200Cases() {
        checkErrorBounds(200);
    }

    private static void checkErrorBounds(int cases) {
        RandomStream random = new RandomStream(23, 0, 0, 0);
        Set<Tiling> tilings = EnumSet.noneOf(Tiling.class);
        int compared = 0;
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < cases; i++) {
                Case one = Case.draw(random, 70);
                double[][] actual = PlanarTest.planar(cpu, new Planar(one.g, one.tiling), true, 1);
                double[][] expected = PlanarTest.reference(one.g, true, 1);
                double[][] bounds = one.bounds();
                for (int pass = 0; pass < PASSES.length; pass++) {
                    assertThat(RoundingBound.worst(actual[pass], expected[pass], bounds[pass]))
                            .as("case %d, %s of %s, %s: largest error, in bounds", i, PASSES[pass], one.g, one.tiling)
                            .isLessThanOrEqualTo(1);
                    compared++;
                }
                tilings.add(one.tiling);
            }
        }
        assertThat(compared).isEqualTo(PASSES.length * cases);
        assertThat(tilings).containsExactlyInAnyOrder(Tiling.values());
    }

    /** Shows that the bounds are tight enough: weights are too large by a twentieth. */
    @Test
    void wrongWeightsBreakTheBound() {
        RandomStream random = new RandomStream(24, 0, 0, 0);
        try (CpuDevice cpu = new CpuDevice(2)) {
            for (int i = 0; i < 20; i++) {
                Case one = Case.draw(random, 20);
                double[][] actual = PlanarTest.planar(cpu, new Planar(one.g, one.tiling), true, 1.05f);
                double[][] expected = PlanarTest.reference(one.g, true, 1);
                assertThat(RoundingBound.worst(actual[0], expected[0], one.bounds()[0]))
                        .as("case %d, %s, %s: largest error, in bounds", i, one.g, one.tiling)
                        .isGreaterThan(1);
            }
        }
    }
}
