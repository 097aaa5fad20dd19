package dev.voxgrad.medmnist.run.member;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.Optimizer;
import dev.voxgrad.nn.optim.WeightAverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CheckpointTest {
    @TempDir
    private Path folder;

    private final CpuDevice device = new CpuDevice(1);
    private static final VolumeShape SHAPE = new VolumeShape(1, 8);
    private final Layer net = StudyNet.NET1.build(device, SHAPE, 2);
    private final Optimizer optimizer = new Optimizer(new AdamW(1e-3, 5e-4), net.parameters());
    private final WeightAverage average = new WeightAverage(0.9, net, StudyNet.NET1.build(device, SHAPE, 2));
    private MemberFiles files;

    @BeforeEach
    void makeFolder() throws IOException {
        Initialization.apply(net, 2);
        average.update();
        Initialization.apply(net, 1);
        Files.createDirectories(folder.resolve("members"));
        files = new MemberFiles(folder, 0);
    }

    /** Returns a checkpoint after that many epochs. */
    private Checkpoint checkpoint(int epochs) {
        MemberState state = MemberState.atStart(0, StudyNet.NET1);
        for (int epoch = 1; epoch <= epochs; epoch++) {
            state = state.withEpoch(
                    new EpochResult(0, StudyNet.NET1, epoch, 0.1 + epoch, new Metrics(1 / (1.0 + epoch), 0.3), 1.5));
        }
        return Checkpoint.of(state.withinEpoch(7, 1 / 3.0, 2.5), net, optimizer, average);
    }

    @Test
    void restoresEverything() {
        Checkpoint written = checkpoint(3);
        files.save(written);
        Checkpoint read = Checkpoint.read(files.checkpoint());
        assertThat(read).isEqualTo(written);
        assertThat(files.state()).contains(written.state());
        Layer other = StudyNet.NET1.build(device, SHAPE, 2);
        WeightAverage otherAverage = new WeightAverage(0.9, other, StudyNet.NET1.build(device, SHAPE, 2));
        Optimizer otherOptimizer = new Optimizer(new AdamW(1e-3, 5e-4), other.parameters());
        read.restore(other, otherOptimizer, otherAverage, files.checkpoint());
        assertThat(other.stateDict()).isEqualTo(net.stateDict());
        assertThat(otherAverage.state()).isEqualTo(average.state()).isNotEqualTo(net.stateDict());
        Layer wrong = StudyNet.NET2.build(device, SHAPE, 2);
        assertThatThrownBy(() -> read.restore(wrong, optimizer, null, files.checkpoint()))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("is of another net");
    }

    /**
     * Changes a byte in each of many places, in every part of the file: reading fails, or the byte makes no difference
     * (white space that pads the header).
     */
    @Test
    void noticesEveryChangedByte() throws IOException {
        Checkpoint written = checkpoint(2);
        files.save(written);
        Path file = files.checkpoint();
        byte[] whole = Files.readAllBytes(file);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 400; i += 3) {
            places.add(i);
        }
        for (int part = 0; part < 200; part++) {
            places.add((int) ((long) whole.length * part / 200));
        }
        places.add(whole.length - 1);
        int noticed = 0;
        for (int place : places) {
            byte[] damaged = whole.clone();
            damaged[place] ^= 0x10;
            Files.write(file, damaged);
            try {
                assertThat(Checkpoint.read(file)).isEqualTo(written);
            } catch (DataFileException e) {
                assertThat(e.getMessage()).startsWith(file.toString());
                noticed++;
            }
        }
        assertThat(noticed).isGreaterThan(places.size() * 9 / 10);
        for (int length : new int[] {0, 7, 8, 100, whole.length / 2, whole.length - 1}) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Checkpoint.read(file)).isInstanceOf(DataFileException.class);
        }
    }

    @Test
    void fallsBackToPreviousWithWarning() throws IOException {
        List<String> warnings = new ArrayList<>();
        assertThat(files.load(warnings::add)).isEmpty();
        files.save(checkpoint(1));
        files.save(checkpoint(2));
        files.save(checkpoint(3));
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(3));
        assertThat(warnings).isEmpty();
        byte[] bytes = Files.readAllBytes(files.checkpoint());
        bytes[bytes.length / 2] ^= 1;
        Files.write(files.checkpoint(), bytes);
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(2));
        assertThat(warnings)
                .singleElement()
                .asString()
                .contains("checksum", "member 0 resumes from the previous checkpoint, after epoch 2");
        assertThat(files.checkpoint()).as("renamed").doesNotExist();
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(2));
        assertThat(warnings.getLast()).contains("is missing");
        Files.write(folder.resolve("members/member-00.checkpoint.previous"), bytes);
        assertThatThrownBy(() -> files.load(warnings::add))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("is damaged, and so is the one before it; remove both");
    }

    /** The intact checkpoint stays the previous one, and is not replaced by the damaged one. */
    @Test
    void savingAfterFallbackKeepsIntactOne() throws IOException {
        List<String> warnings = new ArrayList<>();
        files.save(checkpoint(1));
        files.save(checkpoint(2));
        Files.write(files.checkpoint(), new byte[1000]);
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(1));
        files.save(checkpoint(2));
        Files.write(files.checkpoint(), new byte[1000]);
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(1));
        assertThat(warnings).hasSize(2);
        assertThat(folder.resolve("members/member-00.checkpoint.damaged")).exists();
    }

    /** Saving may be interrupted after any of its steps: there is always an intact checkpoint. */
    @Test
    void interruptedSaveLeavesIntactOne() throws IOException {
        List<String> warnings = new ArrayList<>();
        files.save(checkpoint(1));
        Files.write(folder.resolve("members/member-00.checkpoint.new"), new byte[1000]);
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(1));
        Files.move(files.checkpoint(), folder.resolve("members/member-00.checkpoint.previous"));
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(1));
        files.save(checkpoint(2));
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(2));
    }

    /** A folder in the way of the new file stands for a full disk: the newest must not have been renamed by then. */
    @Test
    void failedSaveLeavesEarlierOnesAsTheyAre() throws IOException {
        List<String> warnings = new ArrayList<>();
        files.save(checkpoint(1));
        files.save(checkpoint(2));
        Path inTheWay = folder.resolve("members/member-00.checkpoint.new");
        Files.createDirectories(inTheWay.resolve("full"));
        assertThatThrownBy(() -> files.save(checkpoint(3)))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("member-00.checkpoint.new");
        assertThat(files.load(warnings::add).orElseThrow()).isEqualTo(checkpoint(2));
        assertThat(warnings).isEmpty();
        assertThat(Checkpoint.read(folder.resolve("members/member-00.checkpoint.previous")))
                .isEqualTo(checkpoint(1));
    }

    @Test
    void oneProcessTrainsAMember() {
        assertThat(files.holder()).isEmpty();
        try (MemberLock _ = files.takeLock()) {
            assertThat(files.holder())
                    .hasValueSatisfying(holder -> assertThat(holder)
                            .startsWith("process " + ProcessHandle.current().pid() + " on "));
            assertThatThrownBy(files::takeLock)
                    .isInstanceOf(DataFileException.class)
                    .hasMessageContaining("member 0 is being trained by process");
        }
        assertThat(files.holder()).isEmpty();
        files.takeLock().close();
    }
}
