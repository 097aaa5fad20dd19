package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.importing.StoredType;
import dev.voxgrad.medmnist.importing.VolumeOrigin;
import dev.voxgrad.medmnist.nifti.ScanBytes;

import static org.assertj.core.api.Assertions.assertThat;

class ImportCommandTest {
    private static final int SCANS = 20;

    @TempDir
    private Path folder;

    private Path images;
    private Path labels;
    private Path out;

    /** Writes scans of CT-like values, of two per patient, and their table. */
    @BeforeEach
    void writeScans() throws IOException {
        images = Files.createDirectory(folder.resolve("my scans"));
        out = folder.resolve("set.npz");
        StringBuilder table = new StringBuilder("file,label,patient,age\n");
        for (int i = 0; i < SCANS; i++) {
            String name = "case" + i + (i % 3 == 0 ? ".nii" : ".nii.gz");
            scan(i).write(images.resolve(name));
            String label = i / 2 % 2 == 0 ? "benign" : "malignant";
            table.append(name)
                    .append(',')
                    .append(label)
                    .append(",P")
                    .append(i / 2)
                    .append(",40\n");
        }
        labels = Files.writeString(folder.resolve("labels.csv"), table);
    }

    /** Returns a scan whose axes run to the left, back and top, with values from −1000 on that depend on the index. */
    private static ScanBytes scan(int i) {
        double[] values = new double[6 * 5 * 4];
        for (int v = 0; v < values.length; v++) {
            values[v] = -1000 + 10 * v + i;
        }
        return ScanBytes.little()
                .shape(6, 5, 4)
                .type(4, 16)
                .codes(0, 1)
                .sform(-1, 0, 0, 10, 0, -1, 0, 20, 0, 0, 1.25, 30)
                .voxels(2, false, values);
    }

    private Cli run(Object... more) {
        Object[] all = {"import", "--images", images, "--labels", labels, "--out", out};
        Object[] words = Arrays.copyOf(all, all.length + more.length);
        System.arraycopy(more, 0, words, all.length, more.length);
        return Cli.run(words);
    }

    private static byte[] array(Path npz, String name) {
        try (NpzFile file = NpzFile.open(npz)) {
            return file.read(name).bytes();
        }
    }

    @Test
    void makesASetThatCanBeTrainedOn() {
        String output =
                run("--window", "-1000,200", "--size", "8x6x5").succeeded().out();
        assertThat(output)
                .contains("20 scans become volumes of uint8, 8x6x5, 1 channel", "benign", "malignant", "20 volumes in")
                .contains("medmnist train --npz " + out + " --labels benign,malignant");
        SetDescription description = SetDescription.of(out).orElseThrow();
        assertThat(description.train()).hasSize(12);
        assertThat(description.val()).hasSize(4);
        assertThat(description.test()).hasSize(4);
        assertThat(description.labels()).containsExactly("benign", "malignant");
        try (NpzFile npz = NpzFile.open(out)) {
            assertThat(npz.names())
                    .containsExactly(
                            "train_images", "train_labels", "val_images", "val_labels", "test_images", "test_labels");
            assertThat(npz.read("train_images").shape()).containsExactly(12, 8, 6, 5);
            assertThat(npz.read("train_labels").shape()).containsExactly(12, 1);
        }
        VolumeOrigin origin = description.train().getFirst();
        assertThat(origin.orientation()).isEqualTo("LPS");
        assertThat(origin.affine()).startsWith(-1.0, 0.0, 0.0, 10.0);
        assertThat(origin.windows()).containsExactly(List.of(-1000.0, 200.0));
        assertThat(origin.patient()).startsWith("P");
        Cli trained = Cli.run(
                "train",
                "--npz",
                out,
                "--nets",
                "net1",
                "--models",
                1,
                "--epochs",
                1,
                "--fast-dev-run",
                "--labels",
                "benign,malignant");
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    /** The voxel at the patient's right, front and top is the first one along the file's reversed axes. */
    @Test
    void volumesAreTurnedToThePatient() {
        run("--window", "-1000,255", "--size", "6x5x5", "--spacing", "1").succeeded();
        SetDescription description = SetDescription.of(out).orElseThrow();
        String first = description.train().getFirst().file();
        int number = Integer.parseInt(first.replaceAll("\\D", ""));
        // Z has 4 voxels of 1.25 mm, which become 5 of 1 mm: the middle one is between voxels 1 and 2.
        double value = -1000 + number + 10 * (0 + 6 * 0 + 30 * 1.5);
        int grey = array(out, "train_images")[(5 * 5 + 4) * 5 + 2] & 0xFF;
        assertThat(grey).isEqualTo((int) Math.rint((value + 1000) / 1255 * 255));
    }

    @Test
    void resultIsTheSameInEveryRun() throws IOException {
        run("--window", "-1000,200").succeeded();
        byte[] npz = Files.readAllBytes(out);
        byte[] json = Files.readAllBytes(SetDescription.fileOf(out));
        Files.delete(out);
        Files.delete(SetDescription.fileOf(out));
        run("--window", "-1000,200").succeeded();
        assertThat(Files.readAllBytes(out)).isEqualTo(npz);
        assertThat(Files.readAllBytes(SetDescription.fileOf(out))).isEqualTo(json);
        Files.delete(out);
        Files.delete(SetDescription.fileOf(out));
        run("--window", "-1000,200", "--seed", 2).succeeded();
        assertThat(Files.readAllBytes(out)).isNotEqualTo(npz);
    }

    /** A damaged scan ends the import; the next one prepares only what is missing. */
    @Test
    void interruptedImportContinues() throws IOException {
        Path damaged = images.resolve("case7.nii.gz");
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length - 9));
        run("--window", "mask").failed(damaged, "truncated");
        Path journal = folder.resolve("set.npz.import");
        assertThat(journal).isDirectory();
        assertThat(out).doesNotExist();
        run("--window", "percentile").failed(journal, "other settings", "remove the folder");
        Files.write(damaged, whole);
        Files.writeString(journal.resolve("done.jsonl"), "{\"size\":3,", StandardOpenOption.APPEND);
        assertThat(run("--window", "mask").succeeded().out())
                .contains("19 of 20 volumes are finished from an earlier import", "20 volumes in");
        assertThat(journal).doesNotExist();
        byte[] continued = Files.readAllBytes(out);
        out = folder.resolve("again.npz");
        run("--window", "mask").succeeded();
        assertThat(Files.readAllBytes(out)).isEqualTo(continued);
    }

    @Test
    void scansThatChangedMeanwhileArePreparedAgain() throws IOException {
        Path damaged = images.resolve("case7.nii.gz");
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length - 9));
        run("--window", "-1000,200").failed(damaged);
        Files.write(damaged, whole);
        ScanBytes.little().shape(1, 1, 1).type(4, 16).voxels(2, false, 100).write(images.resolve("case8.nii.gz"));
        assertThat(run("--window", "-1000,200").out())
                .doesNotContain("19 of 20")
                .contains("18 of 20");
    }

    /** Of a pair, the header stays the same when the voxels are replaced. */
    @Test
    void voxelsOfAPairThatChangedMeanwhileArePreparedAgain() throws IOException {
        Path header = images.resolve("pair.hdr");
        scan(0).pair().write(header);
        Files.writeString(labels, "pair.hdr,benign,P99,40\n", StandardOpenOption.APPEND);
        Path damaged = images.resolve("case7.nii.gz");
        byte[] whole = Files.readAllBytes(damaged);
        Files.write(damaged, Arrays.copyOf(whole, whole.length - 9));
        run("--window", "-1000,200").failed(damaged);
        Files.write(damaged, whole);
        Path voxels = images.resolve("pair.img");
        byte[] values = Files.readAllBytes(voxels);
        values[1] = 0;
        Files.write(voxels, values);
        Files.setLastModifiedTime(voxels, FileTime.fromMillis(1_000_000));
        assertThat(run("--window", "-1000,200").succeeded().out()).contains("19 of 21 volumes are finished");
        byte[] continued = Files.readAllBytes(out);
        out = folder.resolve("again.npz");
        run("--window", "-1000,200").succeeded();
        assertThat(Files.readAllBytes(out)).isEqualTo(continued);
    }

    @Test
    void existingSetIsKept() throws IOException {
        Files.writeString(out, "mine");
        run("--window", "mask").failed(out, "exists");
        assertThat(out).hasContent("mine");
    }

    @Test
    void valuesAreKeptInTheNarrowestType() {
        run("--window", "none", "--split", "1,1,0").succeeded();
        assertThat(SetDescription.of(out).orElseThrow().settings().type()).isEqualTo(StoredType.INT16);
        try (NpzFile npz = NpzFile.open(out)) {
            assertThat(npz.names()).containsExactly("train_images", "train_labels", "val_images", "val_labels");
            assertThat(npz.read("val_images").type()).hasToString("<i2");
        }
        scan(0).scaling(0.5, 0).write(images.resolve("case0.nii"));
        out = folder.resolve("floats.npz");
        run("--window", "none").succeeded();
        assertThat(SetDescription.of(out).orElseThrow().settings().type()).isEqualTo(StoredType.FLOAT32);
    }

    @Test
    void otherThanBytesNeedAWindow() {
        run().failed("case0.nii", "int16", "--window -1000,400", "percentile", "mask", "none");
    }

    @Test
    void arraysAreTakenAsTheyAre() throws IOException {
        byte[] voxels = new byte[4 * 4 * 4 * 2];
        for (int i = 0; i < voxels.length; i++) {
            voxels[i] = (byte) (3 * i);
        }
        NpyWriter.writeNpy(images.resolve("a.npy"), NpyArray.ofBytes(voxels, 4, 4, 4, 2));
        Files.writeString(labels, "file,label,split\na.npy,0,train\n");
        Cli imported = run("--size", 4);
        assertThat(imported.code()).as(imported.err()).isZero();
        assertThat(imported.out()).contains("warning: ", "contains 20 scans that the table does not name");
        assertThat(array(out, "train_images")).isEqualTo(voxels);
    }

    @Test
    void columnSplitsArePatientwise() throws IOException {
        Files.writeString(
                labels, "file,label,patient,split\ncase0.nii,0,A,train\ncase1.nii.gz,1,A,val\ncase2.nii.gz,1,B,test\n");
        run("--window", "mask").failed("patient 'A' is in train (line 2) and in val (line 3)");
        run("--window", "mask", "--split", "1,1,1");
        assertThat(out).exists();
    }

    @Test
    void missingScansAreListed() throws IOException {
        Files.writeString(labels, "file,label\ncase0.nii,0\nb.nii,1\n");
        run("--window", "mask").failed(images, "'b.nii' of line 3", "no such file");
        Files.writeString(labels, "file,label\nx.nii,0\nb.nii,1\ncase0.nii,1\n");
        run("--window", "mask").failed("lacks 2 of 3 scans", "'x.nii' (line 2), 'b.nii' (line 3)");
        Files.writeString(labels, "file,label\n../labels.csv,0\n");
        run("--window", "mask").failed("line 2", "outside the folder");
        Files.writeString(labels, "file,label\n/etc/passwd,0\n");
        run("--window", "mask").failed("line 2", "outside the folder");
    }

    /** Runs in the folder of scans, where all names are known and no scan is left over. */
    @Test
    void imagesMayBeInTheWorkingFolder() throws Exception {
        Path log = folder.resolve("log.txt");
        List<String> inFolder = List.of("sh", "-c", "cd \"$0\" && exec \"$@\"", images.toString());
        Process child = ChildTraining.start(
                log, inFolder, "import", "--images", ".", "--labels", labels, "--out", out, "--window", "mask");
        assertThat(child.waitFor()).as(Files.readString(log)).isZero();
        assertThat(log).content().contains("20 volumes in").doesNotContain("does not name");
    }

    @Test
    void dicomGetsASentence() throws IOException {
        Path series = Files.createDirectory(images.resolve("series"));
        byte[] slice = new byte[300];
        System.arraycopy(new byte[] {'D', 'I', 'C', 'M'}, 0, slice, 128, 4);
        Files.write(series.resolve("IM0001"), slice);
        Files.writeString(labels, "file,label\nseries,0\n");
        images = series;
        Files.writeString(labels, "file,label\nIM0001,0\n");
        run().failed(series, "DICOM", "dcm2niix -z y");
    }

    @Test
    void wrongUseIsExplained() {
        run("--size", "28x28").refused("--size is 28x28");
        run("--window", "dark").refused("--window is dark", "percentile");
        run("--window", "5,1").refused("--window is '5,1'");
        run("--split", "70,30").refused("--split is 70,30");
        run("--spacing", "-1", "--window", "mask").refused("--spacing is -1");
        run("--label-column", ",").refused("--label-column");
        assertThat(out).doesNotExist();
        out = folder.resolve("set.zip");
        run().refused("--out is", ".npz");
    }
}
