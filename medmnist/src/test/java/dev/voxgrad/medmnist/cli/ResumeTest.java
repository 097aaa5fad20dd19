package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests resuming runs, as a whole, in parts and with other settings. */
class ResumeTest {
    @TempDir
    private static Path shared;

    private static Path volumes;
    private static Map<String, String> expected;

    @TempDir
    private Path folder;

    private Path run;

    @BeforeAll
    static void trainAtOnce() throws IOException {
        volumes = TestVolumes.write(shared.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        train(shared.resolve("whole"), 3).succeeded();
        expected = ChildTraining.outcome(shared.resolve("whole"));
        assertThat(expected).hasSize(6);
    }

    @BeforeEach
    void place() {
        run = folder.resolve("run");
    }

    private static Cli train(Path out, int epochs, Object... more) {
        List<Object> words = new ArrayList<>(List.of(
                "train",
                "--npz",
                volumes,
                "--out",
                out,
                "--models",
                2,
                "--nets",
                "net1",
                "--epochs",
                epochs,
                "--batch-size",
                8,
                "--seed",
                5));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    private static Cli resume(Path of, Object... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--resume", of));
        words.addAll(Arrays.asList(more));
        return Cli.run(words.toArray());
    }

    @Test
    void extendingEpochsEqualsSingleRun() throws IOException {
        train(run, 1).succeeded();
        assertThat(resume(run, "--epochs", 3).succeeded().out()).contains("resumed", "epoch 3/3");
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
        assertThat(Files.readString(run.resolve("run.json"))).contains("\"epochs\" : 3");
        assertThat(resume(run).succeeded().out()).contains("finished before");
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "sgd"})
    void resumesBitForBitWithOtherOptimizers(String optimizer) throws IOException {
        Path whole = folder.resolve("whole");
        train(whole, 2, "--members", "0", "--optimizer", optimizer).succeeded();
        train(run, 1, "--members", "0", "--optimizer", optimizer).succeeded();
        resume(run, "--epochs", 2, "--members", "0").succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(ChildTraining.outcome(whole));
        assertThat(Files.readString(run.resolve("members.csv"))).contains("0,net1," + optimizer + ",0.001,");
    }

    @Test
    void membersCanBeTrainedSeparately() throws IOException {
        assertThat(train(run, 3, "--members", "1").succeeded().out()).doesNotContain("member 0");
        assertThat(Files.readAllLines(run.resolve("members.csv"))).hasSize(2);
        Cli.run("ensemble", "--run", run).succeeded();
        assertThat(Cli.run("status", run).succeeded().out())
                .containsPattern("0 +net1 +0/3 +- +- +- +not started")
                .containsPattern("1 +net1 +3/3 .*finished")
                .contains("1 of 2 members are finished");
        resume(run, "--members", "0", "--threads", 1).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
        assertThat(Cli.run("status", run).succeeded().out()).contains("2 of 2 members are finished");
    }

    @Test
    void damagedCheckpointCostsOneEpoch() throws IOException {
        train(run, 2, "--members", "0").succeeded();
        Path checkpoint = run.resolve("members/member-00.checkpoint");
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length * 2 / 3] ^= 4;
        Files.write(checkpoint, bytes);
        assertThat(resume(run, "--epochs", 3).succeeded().out())
                .contains("warning: " + checkpoint, "resumes from the previous checkpoint, after epoch 1");
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    /** A kill during writing leaves partial files; the files of a member that is not trained now may be in use. */
    @Test
    void removesPartialFilesOfKilledProcesses() throws IOException {
        train(run, 2).succeeded();
        String id = "." + UUID.randomUUID();
        List<Path> ofFirst = List.of(
                run.resolve("members/.member-00.checkpoint.new" + id + ".tmp"),
                run.resolve("members/.member-00.json" + id + ".part"),
                run.resolve("weights/.member-00-net1-best.safetensors" + id + ".tmp"));
        List<Path> others = List.of(
                run.resolve("members/.member-01.checkpoint.new" + id + ".tmp"),
                run.resolve("members/.member-000.checkpoint.new" + id + ".tmp"),
                run.resolve("weights/.member-00-notes.tmp"));
        for (Path file : Stream.concat(ofFirst.stream(), others.stream()).toList()) {
            Files.writeString(file, "half of it");
        }
        resume(run, "--epochs", 3, "--members", "0").succeeded();
        assertThat(ofFirst).noneMatch(Files::exists);
        assertThat(others).allMatch(Files::exists);
        resume(run).succeeded();
        assertThat(others.getFirst()).doesNotExist();
        Files.delete(others.getLast());
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    @Test
    void reportsAMissingBestModel() throws IOException {
        train(run, 2, "--members", "0").succeeded();
        Path best = run.resolve("weights/member-00-net1-best.safetensors");
        Files.delete(best);
        resume(run, "--epochs", 3).failed(best, "is missing", "put it back");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--batch-size 4;        --batch-size is 4, but the run was started with 8",
                "--epochs 2;            --epochs is 2, but the run was started with 3",
                "--models 1;            --models is 1, but the run was started with 2",
                "--nets net2;           --nets is net2, but the run was started with net1",
                "--lr 0.1;              --lr is 0.1, but the run was started with 0.001",
                "--weight-decay 0;      --weight-decay is 0.0, but",
                "--seed 6;              --seed is 6, but the run was started with 5",
                "--no-shuffle;          --no-shuffle is true, but the run was started with false",
                "--augment none;        --augment is none, but the run was started with torchio",
                "--class-weights balanced; --class-weights is balanced, but the run was started with none",
                "--optimizer sgd;       --optimizer is sgd, but the run was started with adamw",
                "--ema 0.9;             --ema is 0.9, but the run was started with 0.0",
                "--init-weights w;      --init-weights is",
                "--convolution direct;  --convolution is direct, but the run was started with auto",
                "--device reference;    reference, but the run was started with",
                "--flag adrenalmnist3d; a resumed run uses the data that it was started with"
            })
    void refusesOtherSettings(String options, String part) throws IOException {
        Path whole = shared.resolve("whole");
        List<Object> words = new ArrayList<>(List.of("train", "--resume", whole));
        words.addAll(Arrays.asList(options.split(" ")));
        Cli.run(words.toArray()).refused(part);
        assertThat(ChildTraining.outcome(whole)).isEqualTo(expected);
    }

    /** Resuming restores everything that depends on the schedule, the norm and the best epoch so far. */
    @Test
    void resumesWithAllTrainingOptions() throws IOException {
        Object[] options = {"--schedule", "cosine", "--warmup-epochs", 1, "--clip-norm", 0.01, "--patience", 2};
        train(run, 3, options).succeeded();
        Map<String, String> outcome = ChildTraining.outcome(run);
        assertThat(outcome.get("history.csv")).isNotEqualTo(expected.get("history.csv"));
        Files.delete(run.resolve("members/member-00.checkpoint"));
        assertThat(resume(run).succeeded().out()).contains("is missing");
        assertThat(ChildTraining.outcome(run)).isEqualTo(outcome);
        resume(run, "--epochs", 4).refused("--epochs is 4, but the run was started with 3", "--schedule cosine");
        resume(run, "--clip-norm", 1).refused("--clip-norm is 1.0, but the run was started with 0.01");
    }

    /** Each training option by itself changes the result; the default values do not. */
    @Test
    void eachTrainingOptionMatters() throws IOException {
        train(run, 3, "--schedule", "constant", "--clip-norm", 0).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
        Object[][] parts = {
            {"--schedule", "cosine"}, {"--schedule", "multistep"}, {"--warmup-epochs", 2}, {"--clip-norm", 0.01}
        };
        for (int part = 0; part < parts.length; part++) {
            Path other = folder.resolve("part" + part);
            train(other, 3, parts[part]).succeeded();
            assertThat(Files.readString(other.resolve("history.csv")))
                    .isNotEqualTo(Files.readString(run.resolve("history.csv")));
        }
    }

    @Test
    void patienceEndsAMember() throws IOException {
        train(run, 60, "--lr", "1e-12", "--patience", 2, "--members", "0").succeeded();
        List<String> history = Files.readAllLines(run.resolve("history.csv"));
        assertThat(history.size()).isLessThan(61);
        double highest = 0;
        int better = 0;
        for (int epoch = 1; epoch < history.size(); epoch++) {
            double auc = Double.parseDouble(history.get(epoch).split(",")[4]);
            better = auc > highest ? epoch : better;
            highest = Math.max(highest, auc);
        }
        assertThat(history).hasSize(1 + better + 2);
        assertThat(Cli.run("status", run).succeeded().out()).contains("finished", "1 of 2 members are finished");
        Path table = run.resolve("members.csv");
        List<String> members = Files.readAllLines(table);
        int lastEpoch = better + 2;
        assertThat(members.getFirst()).endsWith(",last_val_acc,last_epoch");
        assertThat(members.getLast()).endsWith("," + lastEpoch);
        assertThat(lastModel(run)).contains(String.valueOf(lastEpoch));
        // Older versions wrote no such column, and even older ones wrote the seconds instead.
        Files.write(
                table,
                members.stream()
                        .map(row -> row.substring(0, row.lastIndexOf(',')))
                        .toList());
        assertThat(lastModel(run)).contains("-");
        Files.write(table, List.of(members.getFirst().replace("last_epoch", "seconds"), members.getLast() + ".25"));
        assertThat(lastModel(run)).contains("-");
    }

    /** Returns the words in the row of member 0's last model in the output of ensemble. */
    private static List<String> lastModel(Path run) {
        return Cli.run("ensemble", "--run", run)
                .succeeded()
                .out()
                .lines()
                .filter(line -> line.startsWith("0 net1"))
                .map(line -> List.of(line.split(" +")))
                .filter(words -> words.contains("last"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void refusesOtherData() {
        Path other = TestVolumes.write(folder.resolve("other.npz"), 8, 1, 2, 25, 12, 4);
        resume(shared.resolve("whole"), "--npz", other).failed("MD5", "the run was started with");
    }

    @Test
    void findsMovedData() throws IOException {
        Path before = TestVolumes.write(folder.resolve("before.npz"), 8, 1, 2, 24, 12, 4);
        Cli.run("train", "--npz", before, "--out", run, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
        Path after = Files.move(before, folder.resolve("after.npz"), StandardCopyOption.ATOMIC_MOVE);
        resume(run, "--epochs", 2).failed(before);
        resume(run, "--epochs", 2, "--npz", after).succeeded();
    }

    @Test
    void doesNotTouchAMemberInTraining() throws IOException {
        train(run, 2, "--members", "0").succeeded();
        Path lock = run.resolve("members/member-00.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            assertThat(resume(run, "--epochs", 3)
                            .failed("member 0 is being trained by process", "--members")
                            .out())
                    .doesNotContain("interrupted");
            assertThat(Cli.run("status", run).succeeded().out()).containsPattern("0 .*trained by process \\d+ on ");
            assertThat(Files.readAllLines(run.resolve("history.csv"))).hasSize(3);
        }
        resume(run, "--epochs", 3).succeeded();
        assertThat(ChildTraining.outcome(run)).isEqualTo(expected);
    }

    /** A process that joins a run but cannot train removes nothing of the process that is just starting. */
    @Test
    void joiningProcessNeverRemovesTheRun() throws IOException {
        train(run, 2, "--members", "0").succeeded();
        Files.delete(run.resolve("members/member-00.checkpoint"));
        Files.delete(run.resolve("members/member-00.json"));
        Path lock = run.resolve("members/member-00.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            resume(run, "--members", "0").failed("member 0 is being trained");
        }
        assertThat(run.resolve("run.json")).exists();
        assertThat(run.resolve("weights/member-00-net1-last.safetensors")).exists();
    }

    /** Both members diverge: the second is trained nevertheless, and both are reported. */
    @Test
    void divergedMemberDoesNotStopTheOthers() throws IOException {
        Cli cli = train(run, 2, "--lr", "1e30");
        assertThat(cli.code()).isEqualTo(1);
        assertThat(cli.err().lines()).hasSize(1);
        assertThat(cli.err())
                .containsPattern("member 0 \\(net1\\): .* in epoch 1, step \\d")
                .containsPattern("member 1 \\(net1\\): .* in epoch 1, step \\d")
                .contains("smaller --lr");
    }

    @Test
    void resumesOnlyRuns() throws IOException {
        resume(folder).failed("contains no run");
        Files.createDirectories(run);
        Files.copy(shared.resolve("whole/run.json"), run.resolve("run.json"));
        resume(run).failed("started by a version without checkpoints");
        Cli.run("status", folder).failed("contains no run");
    }
}
