package dev.voxgrad.engine.cuda.cublas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.voxgrad.engine.Gradients;
import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CapturedStep;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.Samples;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests each binding of cuBLAS with the same products. */
@ParameterizedClass
@EnumSource
class CublasTest {
    private static final int TF32_SIZE = 32;

    private final CublasBinding binding;
    private final RequestedBinding requested;

    CublasTest(CublasBinding binding) {
        this.binding = binding;
        this.requested = new RequestedBinding(binding);
    }

    @BeforeEach
    void assumeLibrary() {
        TestGpu.assumeSome();
        int driver = CudaDriver.of(0).version();
        assumeTrue(binding.library(driver).isPresent(), () -> "no " + binding.names(driver) + " on this machine");
    }

    @AfterEach
    void restoreChoice() {
        requested.close();
    }

    /** Returns (N,C,D,H,W) with one sample and one channel, so that the values are in row-major order. */
    private static Tensor matrix(CudaDevice device, int rows, int columns, float... values) {
        Tensor matrix = Tensor.emptyActivation(device, Shape.of(1, 1, 1, rows, columns));
        assertThat(matrix.layout()).isEqualTo(Layout.ROW_MAJOR);
        device.write(values, matrix.storage());
        return matrix;
    }

    private static MatrixProduct product(
            int rows, int columns, int inner, Tensor a, boolean transposeA, Tensor b, boolean transposeB, Tensor c) {
        return new MatrixProduct(
                rows,
                columns,
                inner,
                CudaStorage.of(a).buffer(),
                transposeA,
                CudaStorage.of(b).buffer(),
                transposeB,
                CudaStorage.of(c).buffer());
    }

    /** Multiplies small integers, which are exact in every type, in all four ways of storing the factors. */
    @ParameterizedTest
    @CsvSource({"FP32, 1, 1, 1", "FP32, 2, 4, 3", "TF32, 5, 3, 7", "FP32, 16, 33, 17", "BF16, 2, 4, 3", "BF16, 5, 3, 7"
    })
    void multipliesFactorsHoweverStored(Precision precision, int rows, int columns, int inner) {
        try (CudaDevice device = TestGpu.open(precision)) {
            for (int storage = 0; storage < 4; storage++) {
                boolean transposeA = (storage & 1) != 0;
                boolean transposeB = (storage & 2) != 0;
                float[] a = new float[rows * inner];
                float[] b = new float[inner * columns];
                float[] expected = new float[rows * columns];
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        for (int k = 0; k < inner; k++) {
                            float left = (3 * i + 2 * k) % 5 - 2;
                            float right = (k + 4 * j) % 7 - 3;
                            a[transposeA ? k * rows + i : i * inner + k] = left;
                            b[transposeB ? j * inner + k : k * columns + j] = right;
                            expected[i * columns + j] += left * right;
                        }
                    }
                }
                Tensor c = matrix(device, rows, columns, new float[rows * columns]);
                MatrixProduct product = product(
                        rows,
                        columns,
                        inner,
                        matrix(device, rows, inner, a),
                        transposeA,
                        matrix(device, inner, columns, b),
                        transposeB,
                        c);
                if (precision == Precision.BF16) {
                    device.cublas().multiplyBfloat16(product);
                } else {
                    device.cublas().multiply(product);
                }
                assertThat(c.toArray()).as("storage %d", storage).containsExactly(expected);
            }
        }
    }

    /** 1 + 2⁻¹² has more digits than TF32. A real GPU may decide against tensor cores. */
    @ParameterizedTest
    @EnumSource(names = {"FP32", "TF32"})
    void mathModeDecidesOnRounding(Precision precision) {
        float[] values = new float[TF32_SIZE * TF32_SIZE];
        Arrays.fill(values, 1 + 0x1p-12f);
        float exact = TF32_SIZE * (1 + 0x1p-12f);
        try (CudaDevice device = TestGpu.open(precision)) {
            Tensor a = matrix(device, TF32_SIZE, TF32_SIZE, values);
            Arrays.fill(values, 1);
            Tensor b = matrix(device, TF32_SIZE, TF32_SIZE, values);
            Tensor c = matrix(device, TF32_SIZE, TF32_SIZE, values);
            device.cublas().multiply(product(TF32_SIZE, TF32_SIZE, TF32_SIZE, a, false, b, false, c));
            for (float value : c.toArray()) {
                if (precision == Precision.TF32 && TestGpu.isEmulated()) {
                    assertThat(value).isEqualTo(TF32_SIZE);
                } else if (precision == Precision.TF32) {
                    assertThat(value).isBetween((float) TF32_SIZE, exact);
                } else {
                    assertThat(value).isEqualTo(exact);
                }
            }
        }
    }

    /** Replays products of a captured step, whose inputs and weights change from run to run. */
    @Test
    void worksInCapturedSteps() {
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            List<float[]> eager = new ArrayList<>();
            List<float[]> replayed = new ArrayList<>();
            float[] values = new float[4 * 6];
            try (CapturedStep step = device.repeat(() -> layer(device, values))) {
                for (int run = 0; run < 5; run++) {
                    fill(values, run);
                    try (Scope _ = Scope.open()) {
                        layer(device, values).forEach(tensor -> eager.add(tensor.toArray()));
                    }
                    replayed.addAll(List.of(step.run().get()));
                }
            }
            assertThat(replayed).hasSize(15).containsExactlyElementsOf(eager);
        }
    }

    private static void fill(float[] values, int seed) {
        double[] random = Samples.gaussian(Shape.of(values.length), seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random[i];
        }
    }

    /** Returns the output of a linear layer and the gradients of its input's weights. */
    private static List<Tensor> layer(CudaDevice device, float... values) {
        Shape first = Shape.of(5, 6);
        Shape second = Shape.of(3, 5);
        Tensor x = Tensor.of(device, Shape.of(4, 6), values);
        Tensor a = Tensor.of(device, first, Samples.gaussian(first, 11)).requiresGrad(true);
        Tensor b = Tensor.of(device, second, Samples.gaussian(second, 12)).requiresGrad(true);
        Tensor output = x.linear(a).linear(b);
        Gradients gradients = output.mean().backward();
        return List.of(output, gradients.of(a), gradients.of(b));
    }

    @Test
    void givesTheSameBitsAsTheOtherBinding() {
        float[] values = new float[4 * 6];
        fill(values, 1);
        List<float[]> own = new ArrayList<>();
        List<float[]> automatic = new ArrayList<>();
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            layer(device, values).forEach(tensor -> own.add(tensor.toArray()));
        }
        requested.close();
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            layer(device, values).forEach(tensor -> automatic.add(tensor.toArray()));
        }
        assertThat(own).containsExactlyElementsOf(automatic);
    }

    @Test
    void logsTheChoice() {
        List<String> log = new ArrayList<>();
        try (CudaDevice device = TestGpu.open(Precision.FP32, GpuKernels.OWN, log::add)) {
            int version = device.cublas().version();
            String words = binding == CublasBinding.JCUBLAS ? "JCublas" : "foreign functions";
            String description = "libcublas.so." + version / 10_000 + " through " + words;
            assertThat(version).isBetween(12_00_00, 14_00_00);
            assertThat(device.cublas().description()).isEqualTo(description);
            assertThat(log).containsExactly("cuBLAS " + Cublas.inWords(version) + ": " + description);
            assertThat(device.description()).contains(", " + description + ", fp32");
        }
    }

    @Test
    void namesTheCallThatFailed() {
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            Tensor one = matrix(device, 1, 1, 1);
            MatrixProduct negative = product(-1, 1, 1, one, false, one, false, one);
            assertThatThrownBy(() -> device.cublas().multiply(negative))
                    .isInstanceOf(CudaException.class)
                    .hasMessageMatching("cublasSgemm \\(libcublas\\.so\\.1[23]\\): status 7 of cublasStatus_t; "
                            + "`doctor` may show the reason");
            assertThatThrownBy(() -> device.cublas().multiplyBfloat16(negative))
                    .hasMessageStartingWith("cublasGemmEx (libcublas.so.1");
        }
    }

    @Test
    void freesItsHandleIfSettingUpFails() {
        assumeTrue(TestGpu.isEmulated(), "only the emulator can be made to fail");
        try (CudaDevice device = TestGpu.open(Precision.FP32)) {
            Map<String, Long> before = CudaEmulator.live();
            CudaEmulator.roomFor(0);
            try {
                assertThatThrownBy(() -> binding.open(device.driver())).hasMessageStartingWith("cublasCreate (");
            } finally {
                CudaEmulator.roomFor(Long.MAX_VALUE);
            }
            binding.open(device.driver()).close();
            assertThat(CudaEmulator.live()).isEqualTo(before);
        }
    }

    @Test
    void refusesAStreamOfAnotherGpu() {
        TestGpu.assumeGpus(2);
        try (CudaDevice first = TestGpu.open(0, Precision.FP32);
                CudaDevice second = TestGpu.open(1, Precision.FP32);
                Cublas cublas = binding.open(first.driver());
                CudaStream stream = new CudaStream(second.driver())) {
            assumeTrue(TestGpu.isEmulated(), "cuBLAS does not check this");
            assertThatThrownBy(() -> cublas.useStream(stream)).hasMessageStartingWith("cublasSetStream (");
        } finally {
            TestGpu.oneGpu();
        }
    }
}
