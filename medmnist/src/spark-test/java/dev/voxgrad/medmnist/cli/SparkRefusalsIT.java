package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

import org.apache.spark.resource.ResourceInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checks what is refused before or instead of training, without a cluster. */
class SparkRefusalsIT {
    @TempDir
    private Path folder;

    private Path run() {
        Path run = folder.resolve("run");
        Path volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        Cli.run("train", "--npz", volumes, "--out", run, "--nets", "net1-w0.125", "--models", 2, "--prepare")
                .succeeded();
        return run;
    }

    private static Cli onSpark(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        int code = OnSpark.execute(new PrintWriter(out), new PrintWriter(err), words);
        return new Cli(code, out.toString(), err.toString());
    }

    @AfterEach
    void forgetTheCluster() {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("spark."))
                .forEach(System::clearProperty);
    }

    @Test
    void theDriverMustNotTrainItself() {
        Path run = run();
        onSpark("train", "--resume", run).refused("There is no cluster");
        System.setProperty("spark.master", "local[2]");
        onSpark("train", "--resume", run).refused("local[2]", "the driver itself would train");
    }

    @Test
    void settingsOfSparkThatMakeNoSenseAreRefused() {
        Path run = run();
        System.setProperty("spark.master", "spark://127.0.0.1:1");
        System.setProperty("spark.speculation", "true");
        onSpark("train", "--resume", run).refused("spark.speculation");
        System.clearProperty("spark.speculation");
        System.setProperty("spark.task.resource.gpu.amount", "2");
        onSpark("train", "--resume", run).refused("a member uses one GPU");
        System.setProperty("spark.task.resource.gpu.amount", "1");
        onSpark("train", "--resume", run, "--device", "cuda").refused("Spark chooses each task's GPU");
    }

    @Test
    void optionsThatSparkDecidesAreRefused() {
        Path run = run();
        System.setProperty("spark.master", "spark://127.0.0.1:1");
        onSpark("train", "--resume", run, "--threads", 2).refused("--threads", "spark.task.cpus");
        onSpark("train", "--resume", run, "--epochs", 600).refused("--epochs", "--prepare");
        onSpark("train", "--flag", "adrenalmnist3d", "--out", run).refused("requires --resume", "--prepare");
        onSpark("train", "--resume", run, "--members", "7").refused("members is '7'");
        onSpark("status", run).refused("train, search and benchmark");
        onSpark("benchmark", "--flag", "synthetic").refused("requires --out");
    }

    @Test
    void twoDriversDoNotShareAFolder() {
        SharedFolder.Lock first = SharedFolder.lock(folder);
        assertThatThrownBy(() -> SharedFolder.lock(folder))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("another driver");
        first.close();
        SharedFolder.lock(folder).close();
    }

    @Test
    void aFolderThatIsNotSharedIsRefused() throws Exception {
        try (SharedFolder.Lock lock = SharedFolder.lock(folder)) {
            SharedFolder shared = lock.folder();
            assertThat(shared.problem(1)).isEmpty();
            SharedFolder elsewhere =
                    new SharedFolder(folder.resolve("elsewhere").toString(), shared.word(), shared.driver());
            assertThat(elsewhere.problem(1).orElseThrow()).contains("elsewhere", "all machines must share the folder");
            Files.writeString(folder.resolve("cluster.lock"), "of another driver");
            assertThat(shared.problem(1).orElseThrow()).contains("all machines must share the folder");
        }
    }

    @Test
    void aFileSystemWithoutLocksIsRefused() throws Exception {
        SharedFolder.Lock lock = SharedFolder.lock(folder);
        lock.close();
        assertThat(lock.folder().problem(1).orElseThrow()).contains("does not keep locks between machines", "NFS 4");
    }

    @Test
    void aTasksGpuIsTheOneOfItsAddress() {
        assertThat(SparkTask.gpu(Map.of())).isEmpty();
        assertThat(SparkTask.gpu(Map.of("gpu", gpus("1")))).contains(1);
        assertThatThrownBy(() -> SparkTask.gpu(Map.of("gpu", gpus("GPU-6f3a")))).hasMessageContaining("by its number");
        assertThatThrownBy(() -> SparkTask.gpu(Map.of("gpu", gpus("0", "1")))).hasMessageContaining("expected one");
    }

    private static ResourceInformation gpus(String... addresses) {
        return new ResourceInformation("gpu", addresses);
    }
}
