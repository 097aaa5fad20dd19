package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.importing.VolumeOrigin;
import dev.voxgrad.medmnist.nifti.ScanBytes;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that scans are prepared for a trained model exactly as those of its training were. */
class PredictScansTest {
    private static final int SCANS = 20;

    @TempDir
    private static Path folder;

    private static Path scans;
    private static Path set;
    private static Path run;

    @BeforeAll
    static void importAndTrain() throws IOException {
        scans = Files.createDirectory(folder.resolve("my scans"));
        set = folder.resolve("set.npz");
        run = folder.resolve("run");
        StringBuilder table = new StringBuilder("file,label\n");
        for (int i = 0; i < SCANS; i++) {
            String name = "case" + i + (i % 3 == 0 ? ".nii" : ".nii.gz");
            scan(i).write(scans.resolve(name));
            table.append(name).append(',').append(i % 2).append('\n');
        }
        Path labels = Files.writeString(folder.resolve("labels.csv"), table);
        Cli.run(
                        "import",
                        "--images",
                        scans,
                        "--labels",
                        labels,
                        "--out",
                        set,
                        "--window",
                        "-1000,300",
                        "--size",
                        "9x8x8")
                .succeeded();
        Cli.run("train", "--npz", set, "--out", run, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
    }

    /** Returns a scan whose axes run to the left, back and top. */
    private static ScanBytes scan(int i) {
        double[] values = new double[6 * 5 * 4];
        for (int v = 0; v < values.length; v++) {
            values[v] = -1000 + v * (10 + i % 2) + 37 * (v * i % 7);
        }
        return ScanBytes.little()
                .shape(6, 5, 4)
                .type(4, 16)
                .codes(0, 1)
                .sform(-1, 0, 0, 10, 0, -1, 0, 20, 0, 0, 1.25, 30)
                .voxels(2, false, values);
    }

    private static Map<String, String> rows(Path csv) throws IOException {
        Map<String, String> rows = new LinkedHashMap<>();
        for (String line : Files.readAllLines(csv)) {
            rows.put(line.substring(0, line.indexOf(',')), line.substring(line.indexOf(',')));
        }
        return rows;
    }

    @Test
    void scansGetTheScoresOfTheSetsVolumes() throws IOException {
        Path fromScans = folder.resolve("scans.csv");
        String output = Cli.run("predict", run, "--nifti", scans, "--out", fromScans)
                .succeeded()
                .out();
        assertThat(output).contains("20 volumes in ", "scans.csv  20 volumes");
        assertThat(rows(fromScans)).hasSize(1 + SCANS).containsKeys("case0.nii", "case19.nii.gz");
        Path fromSet = folder.resolve("set.csv");
        Cli.run("predict", run, "--npz", set, "--split", "test", "--out", fromSet)
                .succeeded();
        List<VolumeOrigin> test = SetDescription.of(set).orElseThrow().test();
        assertThat(test).isNotEmpty();
        for (int i = 0; i < test.size(); i++) {
            String file = test.get(i).file();
            String scores = rows(fromSet).get(file);
            assertThat(rows(fromScans).get(file)).isEqualTo(scores.substring(0, scores.lastIndexOf(',')));
        }
        Path bundle = folder.resolve("model.zip");
        Cli.run("bundle", run, "--without-results", "--out", bundle).succeeded();
        Path fromBundle = folder.resolve("bundle.csv");
        Cli.run("predict", bundle, "--nifti", scans, "--out", fromBundle).succeeded();
        assertThat(fromBundle).hasSameBinaryContentAs(fromScans);
    }

    @Test
    void aRunOfOtherVolumesNeedsADescription() throws IOException {
        Path plain = folder.resolve("plain.npz");
        Files.copy(set, plain);
        Path other = folder.resolve("other run");
        Cli.run("train", "--npz", plain, "--out", other, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
        Path out = folder.resolve("other.csv");
        Cli.run("predict", other, "--nifti", scans, "--out", out)
                .failed("does not record how scans become volumes", "--like");
        Cli.run("predict", other, "--nifti", scans, "--like", folder.resolve("set.json"), "--out", out)
                .succeeded();
        Path own = folder.resolve("own.csv");
        Cli.run("predict", run, "--nifti", scans, "--out", own).succeeded();
        assertThat(out).hasSameBinaryContentAs(own);
        Cli.run("predict", run, "--nifti", scans, "--npz", set, "--out", out).refused("--nifti excludes --npz");
        Cli.run("predict", run, "--like", folder.resolve("set.json"), "--out", out)
                .refused("--like requires --nifti");
        Cli.run("predict", run, "--nifti", folder, "--out", out).failed("contains no scans");
    }

    /** A scan is explained as the volume of the set that was made from it, and the map has the scan's place. */
    @Test
    void scansAreExplainedAsTheSetsVolumes() {
        VolumeOrigin origin = SetDescription.of(set).orElseThrow().test().getFirst();
        String scan = origin.file();
        Path fromScans = folder.resolve("why scans");
        String text = Cli.run("explain", run, "--nifti", scans, "--index", scan, "--class", 0, "--out", fromScans)
                .succeeded()
                .out();
        assertThat(text).contains("(" + scan + ") was predicted as ", ".nii.gz, which opens over " + scan);
        Path fromSet = folder.resolve("why set");
        Cli.run("explain", run, "--index", 0, "--class", 0, "--out", fromSet).succeeded();
        String number = text.substring(text.indexOf("\nvolume ") + 8, text.indexOf(" (" + scan));
        String name = "-grad-cam-class-0";
        for (String type : List.of(".npz", ".nii.gz", ".png")) {
            assertThat(fromScans.resolve("all-" + number + name + type))
                    .hasSameBinaryContentAs(fromSet.resolve("test-0" + name + type));
        }
        assertThat(fromScans.resolve("all-" + number + ".nii.gz"))
                .hasSameBinaryContentAs(fromSet.resolve("test-0.nii.gz"));
    }

    @Test
    void questionsAboutTheTruthRequireLabels() {
        Path out = folder.resolve("no truth");
        Cli.run("explain", run, "--nifti", scans, "--worst", 1, "--out", out)
                .refused("--worst requires labels", "choose volumes with --index");
        Cli.run("explain", run, "--nifti", scans, "--index", 0, "--class", "true", "--out", out)
                .refused("--class true requires labels");
        Cli.run("explain", run, "--nifti", scans, "--index", "case99.nii", "--out", out)
                .refused("--index is case99.nii", "0 to 19, or the name of a scan");
        assertThat(out).doesNotExist();
    }

    /** Writes scans of all these values, and returns their folder. */
    private static Path folderOf(String name, int count, ScanBytes scan) throws IOException {
        Path images = Files.createDirectory(folder.resolve(name));
        for (int i = 0; i < count; i++) {
            scan.write(images.resolve("scan" + i + ".nii"));
        }
        return images;
    }

    /** Returns a scan of 64 whole numbers. */
    private static ScanBytes whole(int code, int bytes, int first) {
        return ScanBytes.little()
                .shape(4, 4, 4)
                .type(code, 8 * bytes)
                .codes(0, 1)
                .sform(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0)
                .voxels(
                        bytes,
                        false,
                        IntStream.range(first, first + 64).asDoubleStream().toArray());
    }

    private static Path importAsTheyAre(Path images, String name, Object... more) throws IOException {
        StringBuilder table = new StringBuilder("file,label\n");
        for (int i = 0; i < SCANS; i++) {
            table.append("scan").append(i).append(".nii,").append(i % 2).append('\n');
        }
        Path labels = Files.writeString(folder.resolve(name + ".csv"), table);
        Path made = folder.resolve(name + ".npz");
        List<Object> words = new ArrayList<>(
                List.of("import", "--images", images, "--labels", labels, "--out", made, "--size", "9x8x8"));
        words.addAll(List.of(more));
        Cli.run(words.toArray()).succeeded();
        return made;
    }

    /** Otherwise all values below 0 of a CT would become black, and all above 255 white. */
    @Test
    void scansThatImportWouldRefuseAreRefused() throws IOException {
        Path bytes = folderOf("bytes", SCANS, whole(2, 1, 10));
        Path ct = folderOf("ct", 1, whole(4, 2, -30));
        Path made = importAsTheyAre(bytes, "of bytes");
        Path trained = folder.resolve("run of bytes");
        Cli.run("train", "--npz", made, "--out", trained, "--models", 1, "--nets", "net1", "--epochs", 1)
                .succeeded();
        Path out = folder.resolve("of bytes.out.csv");
        Object[] reasons = {
            "scan0.nii", "has voxels of int16", "kept the values of its scans, which fit into uint8", "Leave it out"
        };
        Cli.run("predict", trained, "--nifti", ct, "--out", out).failed(reasons);
        assertThat(out).doesNotExist();
        Path why = folder.resolve("why of bytes");
        Cli.run("explain", trained, "--nifti", ct, "--index", 0, "--out", why).failed(reasons);
        assertThat(why).doesNotExist();
        Cli.run("predict", trained, "--nifti", bytes, "--out", out).succeeded();
    }

    /** Unsigned integers above 32767 would wrap in a set of int16; bytes fit. */
    @Test
    void keptValuesMustFitIntoTheTypeOfTheSet() throws IOException {
        Path made = importAsTheyAre(folderOf("shorts", SCANS, whole(4, 2, -30)), "of shorts", "--window", "none");
        Path like = SetDescription.fileOf(made);
        Path out = folder.resolve("of shorts.out.csv");
        Path words = folderOf("words", 1, whole(512, 2, 40_000));
        Cli.run("predict", run, "--nifti", words, "--like", like, "--out", out)
                .failed("scan0.nii", "has voxels of uint16", "which fit into int16");
        Path scaled = folderOf("scaled", 1, whole(4, 2, 0).scaling(1000, 0));
        Cli.run("predict", run, "--nifti", scaled, "--like", like, "--out", out)
                .failed("scan0.nii", "has voxels of int16, scaled by 1000.0 and 0.0", "which fit into int16");
        Path fewer = folderOf("fewer", 1, whole(2, 1, 0));
        Cli.run("predict", run, "--nifti", fewer, "--like", like, "--out", out).succeeded();
    }
}
