package dev.voxgrad.nn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.testing.TestNets;

import static org.assertj.core.api.Assertions.assertThat;

/** Checks what a user of the library sees after starting Java without the option for the vector module. */
class WithoutVectorsTest {
    private static final String OPTION = "--add-modules=jdk.incubator.vector";

    @ParameterizedTest
    @ValueSource(strings = {"constructor", "allCores", "devices", "gaussians", "lanes"})
    void namesTheOption(String what) throws IOException, InterruptedException {
        assertThat(run(what)).contains("; add " + OPTION).doesNotContain("NoClassDefFoundError");
    }

    @ParameterizedTest
    @ValueSource(strings = "reference")
    void trainsOnTheReferenceDevice(String what) throws IOException, InterruptedException {
        assertThat(run(what)).contains("trained");
    }

    private static String run(String what) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutVectorsTest.class.getName(),
                        what)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    public static void main(String[] args) throws ReflectiveOperationException {
        switch (args[0]) {
            case "constructor" -> new CpuDevice(1);
            case "allCores" -> CpuDevice.allCores();
            case "devices" -> {
                Availability found = Devices.find("cpu", Devices.Settings.DEFAULT);
                System.out.println("found " + found);
            }
            case "gaussians" -> new RandomStream(1, 0, 0, 0).fillGaussians(new float[8], 0, 8);
            case "lanes" -> Class.forName("dev.voxgrad.engine.device.cpu.Lanes");
            default -> train(ReferenceDevice.INSTANCE);
        }
    }

    private static void train(Device device) {
        Sequential net = TestNets.net(device, 1, 2, 1, 2);
        Initialization.apply(net, 1);
        Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
        for (int step = 0; step < 2; step++) {
            try (Scope _ = Scope.open()) {
                Tensor x = Tensor.full(device, Shape.of(2, 1, 4, 4, 4), step);
                optimizer.step(net.forward(x).crossEntropy(0, 1).backward());
            }
        }
        Tensor pooled =
                Tensor.zeros(device, Shape.of(1, 1, 4, 4, 4)).maxPool3d(Dims3.cube(2), Dims3.cube(2), Dims3.ZERO);
        System.out.println("trained, " + pooled.shape());
    }
}
