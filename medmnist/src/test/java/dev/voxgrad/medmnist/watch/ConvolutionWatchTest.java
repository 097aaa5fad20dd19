package dev.voxgrad.medmnist.watch;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests one convolution on all devices, and Winograd's algorithm on one tile. */
class ConvolutionWatchTest {
    /** Far above what float32 loses here, far below what a wrong algorithm gives. */
    private static final double LARGEST_ERROR = 1e-4;

    private static ConvolutionData data;

    @BeforeAll
    static void compute() {
        data = new ConvolutionWatch(2, 16, 8, 1, 0).run(false, _ -> {}, null);
    }

    @Test
    void everyAlgorithmAgreesWithTheReference() {
        assertThat(data.rows().getFirst().device()).isEqualTo("reference");
        assertThat(data.rows()).extracting(ConvolutionData.Row::algorithm).contains("direct", "winograd", "winograd4");
        for (ConvolutionData.Row row : data.rows()) {
            assertThat(row.milliseconds().getFirst()).isPositive();
            assertThat(row.errors()).hasSize(3);
            assertThat(row.errors()).allSatisfy(error -> {
                assertThat(error.largest()).as(row.algorithm()).isBetween(0.0, LARGEST_ERROR);
                assertThat(error.typical()).isLessThanOrEqualTo(error.largest());
            });
            if (row.device().equals("cpu")) {
                assertThat(row.errors().getFirst().largest())
                        .as("float32 is not exact")
                        .isPositive();
            }
        }
        assertThat(data.directFlop()).isEqualTo(2L * 16 * 16 * 27 * 8 * 8 * 8);
    }

    @Test
    void tilesEqualTheDefinition() {
        for (ConvolutionData.TileData tile : data.tiles()) {
            int m = tile.outputs();
            assertThat(tile.outputsOf().getLast().values()).isEqualTo(tile.direct());
            assertThat(tile.outputsOf().getFirst().values()).hasSize((m + 2) * (m + 2) * (m + 2));
            assertThat(tile.products()).containsExactly(27 * m * m * m, (m + 2) * (m + 2) * (m + 2));
            assertThat(tile.inputs()).hasSize(4);
            assertThat(tile.weights().getLast().d()).isEqualTo(m + 2);
            assertThat(tile.input()).hasSize(m + 2);
        }
        assertThat(data.tiles().getFirst().weight().get(1)).containsExactly("1/2", "1/2", "1/2");
    }

    @Test
    void pageLoadsNothing() {
        String page = WatchPage.of(data);
        assertThat(page.replace("http://www.w3.org/2000/svg", ""))
                .doesNotContain("http://", "https://", "src=", "@import", "url(");
        assertThat(page.length()).isLessThan(1_000_000);
    }

    /** Each width has a process of its own. */
    @ParameterizedTest
    @ValueSource(ints = 128)
    void narrowerVectorsComputeTheSame(int bits) throws IOException, InterruptedException {
        ConvolutionTrial.Settings settings = new ConvolutionTrial.Settings(1, 16, 4, 1, 0);
        List<ConvolutionTrial.Result> results = WidthTrial.all(bits, 1, settings);
        double[] exact = ConvolutionTrial.run(ReferenceDevice.INSTANCE, settings)
                .values()
                .getFirst();
        assertThat(results).hasSize(ConvolutionWatch.MODES.size()).allSatisfy(result -> {
            double[] values = result.values().getFirst();
            assertThat(values).hasSameSizeAs(exact);
            for (int i = 0; i < exact.length; i++) {
                assertThat(Math.abs(values[i] - exact[i])).isLessThan(100 * LARGEST_ERROR);
            }
        });
    }

    /** A GPU, or an emulated one, is one more row. */
    @Test
    @Tag("gpu")
    void gpuIsARow() {
        TestGpu.assumeSome();
        ConvolutionData withGpu = new ConvolutionWatch(1, 16, 4, 1, 0).run(false, _ -> {}, null);
        assertThat(withGpu.rows()).hasSize(data.rows().size() + (hasGpu(data) ? 0 : 1));
        ConvolutionData.Row gpu = withGpu.rows().getLast();
        assertThat(gpu.device()).startsWith("cuda");
        assertThat(gpu.errors()).allMatch(error -> error.largest() < LARGEST_ERROR);
        assertThat(withGpu.missing()).noneMatch(reason -> reason.startsWith("No GPU"));
    }

    private static boolean hasGpu(ConvolutionData of) {
        return of.rows().getLast().device().startsWith("cuda");
    }
}
