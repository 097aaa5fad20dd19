package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.testing.CudaEmulator;
import dev.voxgrad.engine.testing.TestGpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tests training from the command line on a GPU, or an emulated one. */
@Tag("gpu")
class GpuTrainingTest {
    @TempDir
    private Path folder;

    private Path volumes;

    @BeforeEach
    void makeVolumes() throws IOException {
        TestGpu.assumeSome();
        // 22 volumes in batches of 8: the last batch of an epoch is shorter.
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 22, 12, 4);
    }

    @AfterEach
    void useOneGpu() {
        TestGpu.oneGpu();
    }

    private Cli train(String name, String device, int models, int epochs, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "train",
                "--npz",
                volumes,
                "--out",
                folder.resolve(name),
                "--models",
                models,
                "--nets",
                "net1",
                "--epochs",
                epochs,
                "--batch-size",
                8,
                "--seed",
                5,
                "--augment",
                "none",
                "--device",
                device));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    private List<Double> losses(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name).resolve("history.csv")).stream()
                .skip(1)
                .map(line -> Double.valueOf(line.split(",")[3]))
                .toList();
    }

    @Test
    void learnsWhatTheCpuLearns() throws IOException {
        train("cpu", "cpu", 2, 2).succeeded();
        assertThat(train("cuda", "cuda", 2, 2).succeeded().out()).contains("device cuda: ", "fp32", "epoch 2/2");
        List<Double> expected = losses("cpu");
        List<Double> actual = losses("cuda");
        assertThat(actual).hasSize(4);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).isCloseTo(expected.get(i), within(0.02 * expected.get(i)));
        }
        assertThat(Files.readString(folder.resolve("cuda/run.json"))).contains("\"precision\" : \"fp32\"");
    }

    /** Compares step by step, including a batch of another size. */
    @Test
    @Tag("thorough")
    void rangeTestHasTheCpusLosses() throws IOException {
        for (String device : List.of("cpu", "cuda")) {
            Cli.run(
                            "lr-find",
                            "--npz",
                            volumes,
                            "--out",
                            folder.resolve(device),
                            "--steps",
                            5,
                            "--from",
                            "1e-5",
                            "--to",
                            "1e-3",
                            "--batch-size",
                            8,
                            "--augment",
                            "none",
                            "--device",
                            device)
                    .succeeded();
        }
        List<String> expected = Files.readAllLines(folder.resolve("cpu.csv"));
        List<String> actual = Files.readAllLines(folder.resolve("cuda.csv"));
        assertThat(actual).hasSize(6).hasSameSizeAs(expected);
        for (int i = 1; i < actual.size(); i++) {
            double loss = Double.parseDouble(expected.get(i).split(",")[2]);
            assertThat(Double.parseDouble(actual.get(i).split(",")[2])).isCloseTo(loss, within(0.02 * loss));
        }
    }

    @Test
    @Tag("thorough")
    void interruptedRunEndsWithTheSameBytes() throws IOException {
        train("whole", "cuda", 2, 3, "--ema", 0.9, "--clip-norm", 0.5).succeeded();
        train("parts", "cuda", 2, 2, "--ema", 0.9, "--clip-norm", 0.5, "--members", "0")
                .succeeded();
        Path parts = folder.resolve("parts");
        assertThat(Cli.run("train", "--resume", parts, "--epochs", 3, "--concurrent", 2)
                        .succeeded()
                        .out())
                .contains("resumed", "epoch 3/3");
        assertThat(ChildTraining.outcome(parts)).isEqualTo(ChildTraining.outcome(folder.resolve("whole")));
    }

    @Test
    @Tag("thorough")
    void resumesOnAnotherGpu() throws IOException {
        TestGpu.assumeGpus(2);
        train("whole", "cuda:0", 2, 3).succeeded();
        Path parts = folder.resolve("parts");
        assertThat(train("parts", "cuda:1", 2, 1, "--concurrent", 2).succeeded().out())
                .contains("device cuda:1: ");
        assertThat(Files.readString(parts.resolve("run.json"))).contains("\"device\" : \"cuda:1: ");
        assertThat(resume(parts, "--epochs", 2).out())
                .contains("device cuda:1: ")
                .doesNotContain("warning");
        Cli.run("train", "--resume", parts, "--device", "cuda:99")
                .refused("device cuda:99: this machine has ", " GPUs, cuda:0 (", " and cuda:1 (");
        assertThat(resume(parts, "--epochs", 3, "--device", "cuda").out())
                .contains("device cuda:0: ")
                .doesNotContain("warning");
        assertThat(ChildTraining.outcome(parts)).isEqualTo(ChildTraining.outcome(folder.resolve("whole")));
        train("cpu", "cpu", 1, 1).succeeded();
        Cli.run("train", "--resume", folder.resolve("cpu"), "--epochs", 2, "--device", "cuda:1")
                .refused("--device is cuda:1, but the run was started with cpu");
    }

    @Test
    void missingGpuErrorSaysHowToResume() throws IOException, InterruptedException {
        TestGpu.assumeGpus(2);
        train("run", "cuda:1", 2, 1, "--members", "0").succeeded();
        TestGpu.oneGpu();
        assumeTrue(TestGpu.isEmulated(), "a real GPU cannot disappear");
        Path log = folder.resolve("log");
        Process process = ChildTraining.start(log, withEmulatedGpus(1), "train", "--resume", folder.resolve("run"));
        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(Files.readString(log))
                .contains(
                        "device cuda:1: this machine has 1 GPU, cuda:0 (Emulated GPU)",
                        "; the run was started on this device; pass --device to resume on another one");
    }

    /** Returns the command prefix for a process that uses emulated GPUs. */
    private static List<String> withEmulatedGpus(int count) {
        return List.of("env", "LD_LIBRARY_PATH=" + CudaEmulator.folder(), CudaEmulator.GPUS + "=" + count);
    }

    private static Cli resume(Path run, Object... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--resume", run));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray()).succeeded();
    }

    @Test
    @Tag("thorough")
    void twoProcessesTrainOneRunOnAGpuEach() throws IOException, InterruptedException {
        TestGpu.assumeGpus(2);
        TestGpu.oneGpu(); // here; the processes have two
        train("whole", "cuda", 3, 2).succeeded();
        Path run = folder.resolve("run");
        train("run", "cuda", 3, 2, "--members", "0").succeeded();
        List<String> environment = TestGpu.isEmulated() ? withEmulatedGpus(2) : List.of();
        List<Path> logs = List.of(folder.resolve("log0"), folder.resolve("log1"));
        List<Process> processes = new ArrayList<>();
        for (int gpu = 0; gpu < 2; gpu++) {
            processes.add(ChildTraining.start(
                    logs.get(gpu),
                    environment,
                    "train",
                    "--resume",
                    run,
                    "--members",
                    gpu + 1,
                    "--device",
                    "cuda:" + gpu));
        }
        for (int gpu = 0; gpu < 2; gpu++) {
            assertThat(processes.get(gpu).waitFor())
                    .as("%s", Files.readString(logs.get(gpu)))
                    .isZero();
            assertThat(Files.readString(logs.get(gpu)))
                    .contains("device cuda:" + gpu + ": ", "member " + (gpu + 1) + " net1  epoch 2/2")
                    .doesNotContain("warning: the run was started on");
        }
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(folder.resolve("whole")));
    }

    /** Returns a new folder with the emulated libraries of a machine with these major versions of CUDA. */
    private Path libraries(int... cuda) throws IOException {
        assumeTrue(TestGpu.isEmulated(), "the emulated libraries are what is tested");
        return CudaEmulator.copy(Files.createDirectory(folder.resolve("libraries")), cuda);
    }

    /** Trains a run of that name in a process with other libraries; returns its output. */
    private String trainInChild(String name, String device, Path libraries, int code, String... options)
            throws IOException, InterruptedException {
        Path log = folder.resolve(name + ".log");
        Process process = ChildTraining.start(
                log,
                List.of("env", "LD_LIBRARY_PATH=" + libraries, "JDK_JAVA_OPTIONS=" + String.join(" ", options)),
                "train",
                "--npz",
                volumes,
                "--out",
                folder.resolve(name),
                "--models",
                1,
                "--nets",
                "net1",
                "--epochs",
                1,
                "--batch-size",
                8,
                "--seed",
                5,
                "--augment",
                "none",
                "--device",
                device);
        assertThat(process.waitFor()).as("%s", Files.readString(log)).isEqualTo(code);
        return Files.readString(log);
    }

    /** cuDNN 9 has the same name with both versions; the driver is for CUDA 13. */
    @Test
    @Tag("thorough")
    void worksWithLibrariesOfCuda13() throws IOException, InterruptedException {
        Path libraries = libraries(13);
        train("run", "cuda", 1, 1).succeeded();
        assertThat(trainInChild("child", "cuda", libraries, 0))
                .contains("driver for CUDA 13.0", "libcublas.so.13 through foreign functions");
        assertThat(ChildTraining.outcome(folder.resolve("child")))
                .isEqualTo(ChildTraining.outcome(folder.resolve("run")));
    }

    @Test
    @Tag("thorough")
    void choosesTheBindingOfCublas() throws IOException, InterruptedException {
        Path libraries = libraries(12, 13);
        assertThat(trainInChild("chosen", "cuda", libraries, 0)).contains("libcublas.so.12 through JCublas");
        assertThat(trainInChild("forced", "cuda", libraries, 0, "-Dvoxgrad.cublas=foreign"))
                .contains("libcublas.so.13 through foreign functions");
        assertThat(ChildTraining.outcome(folder.resolve("forced")))
                .isEqualTo(ChildTraining.outcome(folder.resolve("chosen")));
    }

    /** The device {@code auto} would otherwise be the CPU. */
    @Test
    void refusesABindingOfCublasThatDoesNotLoad() throws IOException, InterruptedException {
        Path libraries = libraries(13);
        assertThat(trainInChild("forced", "auto", libraries, 2, "-Dvoxgrad.cublas=jcublas"))
                .contains("-Dvoxgrad.cublas=jcublas requires libcublas.so.12, which was not found; install it, or "
                        + "leave the option out");
        assertThat(trainInChild("unknown", "auto", libraries, 2, "-Dvoxgrad.cublas=cuda"))
                .contains("-Dvoxgrad.cublas=cuda is unknown; choose jcublas or foreign");
    }

    @Test
    void missingNvrtcErrorSaysWhatToInstall() throws IOException, InterruptedException {
        Path libraries = libraries(12);
        Files.delete(libraries.resolve("libnvrtc.so.12"));
        assertThat(trainInChild("child", "cuda", libraries, 1))
                .contains(".cu can't be compiled, as no libnvrtc.so.13 or libnvrtc.so.12 "
                        + "was found, and this build contains no PTX; install NVRTC");
    }

    @Test
    @Tag("thorough")
    void resumeRefusesAnotherPrecision() {
        TestGpu.assumeComputes(Precision.BF16);
        train("run", "cuda", 2, 1, "--precision", "bf16").succeeded();
        Path run = folder.resolve("run");
        Cli.run("train", "--resume", run, "--precision", "tf32", "--epochs", 2)
                .refused("--precision is tf32, but the run was started with bf16");
        Cli.run("train", "--resume", run, "--device", "cpu").refused("--precision is for GPUs");
        Cli.run("train", "--resume", run, "--epochs", 2).succeeded();
    }

    @Test
    @Tag("thorough")
    void resumesWithCudnnsKernels() throws IOException {
        train("own", "cuda", 1, 1).succeeded();
        Cli first = train("run", "cuda", 1, 1, "--gpu-kernels", "cudnn").succeeded();
        assertThat(first.out()).contains("batch norm, pools and softmax of cuDNN, no fusion");
        assertThat(losses("run").getFirst())
                .isCloseTo(losses("own").getFirst(), within(0.02 * losses("own").getFirst()));
        Path run = folder.resolve("run");
        assertThat(Files.readString(run.resolve("run.json"))).contains("\"kernels\" : \"cudnn\"");
        Cli.run("train", "--resume", run, "--gpu-kernels", "own", "--epochs", 2)
                .refused("--gpu-kernels is own, but the run was started with cudnn");
        assertThat(Cli.run("train", "--resume", run, "--epochs", 2).succeeded().out())
                .contains("softmax of cuDNN");
        Cli.run("train", "--resume", folder.resolve("own"), "--gpu-kernels", "cudnn", "--epochs", 2)
                .refused("--gpu-kernels is cudnn, but the run was started with own");
        Cli.run("report", run, "--device", "cuda").succeeded();
        assertThat(Files.readString(run.resolve("report.html"))).contains("--gpu-kernels cudnn");
    }

    /** Runs of versions without this choice used the own kernels. */
    @Test
    @Tag("thorough")
    void resumesOlderRunsWithOwnKernels() throws IOException {
        train("run", "cuda", 1, 1).succeeded();
        Path json = folder.resolve("run/run.json");
        String said = Files.readString(json);
        String unsaid = said.replaceFirst(",\\s*\"kernels\" : \"own\"", "");
        assertThat(unsaid).isNotEqualTo(said);
        Files.writeString(json, unsaid);
        Path run = folder.resolve("run");
        Cli.run("train", "--resume", run, "--gpu-kernels", "cudnn", "--epochs", 2)
                .refused("--gpu-kernels is cudnn, but the run was started with own");
        Cli.run("train", "--resume", run, "--epochs", 2).succeeded();
    }

    @Test
    void refusesUnknownKernelsAndKernelsOnCpu() {
        train("run", "cpu", 1, 1, "--gpu-kernels", "cudnn").refused("--gpu-kernels is for GPUs");
        train("run", "cuda", 1, 1, "--gpu-kernels", "mine").refused("--gpu-kernels is 'mine'; expected own, cudnn");
    }

    @Test
    void reportsDivergence() {
        Cli diverged = train("run", "cuda", 1, 2, "--lr", 1e30);
        assertThat(diverged.err()).contains("member 0 (net1)", "in epoch 1, step", "try a smaller --lr");
    }

    /** Checks what the README promises, on a real GPU only: an emulated one would take hours. */
    @Test
    void firstEpochOnRealVolumesHasTheCpusLoss() throws IOException {
        TestGpu.assumeReal();
        for (String device : List.of("cpu", "cuda")) {
            Cli.run(
                            "train",
                            "--flag",
                            "adrenalmnist3d",
                            "--root",
                            Path.of(System.getProperty("voxgrad.shared", "shared"), "data"),
                            "--out",
                            folder.resolve(device),
                            "--models",
                            1,
                            "--nets",
                            "net1",
                            "--epochs",
                            1,
                            "--augment",
                            "none",
                            "--device",
                            device)
                    .succeeded();
        }
        double expected = losses("cpu").getFirst();
        assertThat(losses("cuda").getFirst()).isCloseTo(expected, within(0.02 * expected));
    }
}
