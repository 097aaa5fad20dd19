package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;
import dev.voxgrad.nn.weights.WeightsFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Exchanges files with PyTorch itself, 1.13 or newer, where a Python with it is installed. */
@Tag("thorough")
class PyTorchTest {
    private static String python = "";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void findPyTorch() {
        Optional<String> found = List.of("python3", "/usr/bin/python3").stream()
                .filter(candidate -> run(candidate, "import torch").isPresent())
                .findFirst();
        assumeTrue(found.isPresent(), "needs a python3 with torch");
        python = found.get();
    }

    /** Returns the output of a Python program; empty if it fails. */
    private static Optional<String> run(String interpreter, String program) {
        try {
            Process process = new ProcessBuilder(interpreter, "-W", "ignore", "-c", program)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String run(String program) {
        return run(python, program).orElseThrow(() -> new AssertionError("Python fails"));
    }

    @Test
    void pyTorchReadsOurs() {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        tensors.put("b", new NamedTensor.Floats("b", Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6.5f}));
        tensors.put("a", new NamedTensor.Longs("a", 1L << 40));
        tensors.put("none", new NamedTensor.Floats("none", Shape.allowingZero(0, 2), new float[0]));
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("voxgrad.net", "net1");
        new WeightsFile(tensors, metadata).writeTorch(folder.resolve("ours.pth"));
        assertThat(run("""
                        import torch
                        state = torch.load('ours.pth', weights_only=True)
                        print([(k, tuple(v.shape), v.dtype, v.stride(), v.tolist()) for k, v in state.items()])
                        print(type(state).__name__, state.voxgrad)
                        torch.save(state, 'again.pth')
                        """)).isEqualTo("""
                        [('b', (2, 3), torch.float32, (3, 1), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]]), \
                        ('a', (), torch.int64, (), 1099511627776), \
                        ('none', (0, 2), torch.float32, (2, 1), [])]
                        OrderedDict {'voxgrad.net': 'net1'}
                        """);
        assertThat(WeightsFile.read(folder.resolve("again.pth"))).isEqualTo(new WeightsFile(tensors, metadata));
    }

    @Test
    void readsWhatPyTorchSaves() {
        run("""
                import torch
                base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
                state = {'t': base.permute(2, 0, 1), 's': base[1, :, ::2], 'w': base[0],
                         'p': torch.nn.Parameter(torch.ones(2)), 'h': torch.tensor([0.5, -2]).half(),
                         'b': torch.tensor([0.5, -2]).bfloat16(), 'd': torch.tensor([0.1]).double(),
                         'n': torch.tensor(5), 'u': torch.tensor([200], dtype=torch.uint8),
                         'q': torch.tensor([True, False])}
                torch.save({'net': state, 'epoch': 3, 'lr': 1e-3, 'none': None, 'l': [1, (2, 3)]}, 'zip.pth')
                torch.save({'state_dict': state}, 'legacy.pth', _use_new_zipfile_serialization=False)
                torch.save(state, 'protocol4.pt', pickle_protocol=4)
                torch.save(torch.nn.DataParallel(torch.nn.BatchNorm1d(2)).state_dict(), 'module.pth')
                torch.save(torch.nn.Linear(1, 1), 'whole.pth')
                """);
        WeightsFile zip = WeightsFile.read(folder.resolve("zip.pth"));
        assertThat(WeightsFile.read(folder.resolve("legacy.pth"))).isEqualTo(zip);
        assertThat(WeightsFile.read(folder.resolve("protocol4.pt"))).isEqualTo(zip);
        assertThat(zip.tensors().keySet()).containsExactly("t", "s", "w", "p", "h", "b", "d", "n", "u", "q");
        assertThat(zip.tensor("t").shape()).isEqualTo(Shape.of(4, 2, 3));
        assertThat(((NamedTensor.Floats) zip.tensor("t")).values()).startsWith(0, 4, 8, 12, 16, 20, 1, 5);
        assertThat(((NamedTensor.Floats) zip.tensor("s")).values()).containsExactly(12, 14, 16, 18, 20, 22);
        assertThat(((NamedTensor.Floats) zip.tensor("b")).values()).containsExactly(0.5f, -2);
        assertThat(((NamedTensor.Floats) zip.tensor("h")).values()).containsExactly(0.5f, -2);
        assertThat(zip.tensor("d")).isEqualTo(new NamedTensor.Floats("d", Shape.of(1), new float[] {0.1f}));
        assertThat(zip.tensor("n")).isEqualTo(new NamedTensor.Longs("n", 5));
        assertThat(((NamedTensor.Longs) zip.tensor("u")).values()).containsExactly(200);
        assertThat(((NamedTensor.Longs) zip.tensor("q")).values()).containsExactly(1, 0);
        assertThat(WeightsFile.read(folder.resolve("module.pth")).tensors().keySet())
                .contains("module.running_mean", "module.num_batches_tracked");
        assertThatThrownBy(() -> WeightsFile.read(folder.resolve("whole.pth")))
                .isInstanceOf(WeightsFileException.class)
                .hasMessageContaining("names torch.nn.modules.linear.Linear, which is refused");
    }

    /** PyTorch's own hostile example: the file runs a command when Python's unpickler opens it. */
    @Test
    void runsNothing() {
        run("""
                import os, torch
                class Hostile:
                    def __reduce__(self):
                        return os.system, ('touch marker',)
                torch.save({'net': Hostile()}, 'hostile.pth')
                torch.save({'net': Hostile()}, 'older.pth', _use_new_zipfile_serialization=False)
                """);
        for (String name : List.of("hostile.pth", "older.pth")) {
            assertThatThrownBy(() -> WeightsFile.read(folder.resolve(name)))
                    .isInstanceOf(WeightsFileException.class)
                    .hasMessageContaining("names posix.system, which is refused");
        }
        assertThat(Files.exists(folder.resolve("marker"))).isFalse();
    }
}
