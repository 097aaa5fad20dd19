package dev.voxgrad.medmnist.cli;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.Shared;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleNet;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.train.Predictor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Executes exported models with ONNX Runtime on the test volumes of AdrenalMNIST3D, and compares with Voxgrad. The nets
 * were trained for two epochs on a few volumes.
 */
class OnnxRuntimeTest {
    private static final int CLASSES = 2;
    private static final int BATCH = 32;
    /** Both compute in float32. The differences measured are at most 4e-6, for logits of up to 5.4. */
    private static final double LARGEST_DIFFERENCE = 2e-5;

    @TempDir
    private static Path folder;

    private static final CpuDevice DEVICE = CpuDevice.allCores();
    private static final OrtEnvironment ORT = OrtEnvironment.getEnvironment();

    @BeforeAll
    static void train() {
        writeVolumes(Shared.file("data/adrenalmnist3d.npz"));
        train("study", "net1,net2,net3", "--augment", "none");
        train("resnets", "resnet18-3d,resnet18-acs", "--shape-transform");
    }

    private static void train(String run, String nets, String... more) {
        List<Object> words = new ArrayList<>(List.of("train", "--npz", volumes(), "--nets", nets, "--epochs", 2));
        words.addAll(List.of("--models", nets.split(",").length, "--out", folder.resolve(run), "--batch-size", 4));
        words.addAll(List.of(more));
        assertThat(Cli.run(words.toArray()).code()).isZero();
    }

    private static Path volumes() {
        return folder.resolve("volumes.npz");
    }

    /** Writes some of the training and validation volumes, and all test volumes. */
    private static void writeVolumes(Path npz) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (NpzFile file = NpzFile.open(npz)) {
            Map.of("train", 48, "val", 12, "test", 298).forEach((split, count) -> {
                byte[] images = file.read(split + "_images").bytes();
                byte[] labels = file.read(split + "_labels").bytes();
                int[] shape = {count, 28, 28, 28};
                arrays.put(split + "_images", NpyArray.ofBytes(Arrays.copyOf(images, count * 28 * 28 * 28), shape));
                arrays.put(split + "_labels", NpyArray.ofBytes(Arrays.copyOf(labels, count), count, 1));
            });
        }
        NpyWriter.writeNpz(volumes(), arrays, NpyWriter.Packing.STORED);
    }

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    @ParameterizedTest
    @CsvSource({"study, 0", "study, 1", "study, 2", "resnets, 0", "resnets, 1"})
    void agreesOnEveryNet(String run, int member) throws OrtException {
        TrainedModel model = TrainedModel.open(folder.resolve(run));
        Path onnx = folder.resolve(run + member + ".onnx");
        Cli.run("export", folder.resolve(run), "--onnx", onnx, "--member", member)
                .succeeded();
        ModelFile file = model.file(member, ModelKind.BEST);
        agree(model, onnx, new EnsembleNet(model.task(), List.of(part(model, file))));
    }

    private static EnsembleNet.Part part(TrainedModel model, ModelFile file) {
        return new EnsembleNet.Part(file, model.load(file, DEVICE, new VolumeShape(1, 28)), 1);
    }

    @Test
    void agreesOnAnEnsemble() throws OrtException {
        TrainedModel model = TrainedModel.open(folder.resolve("study"));
        Path onnx = folder.resolve("ensemble.onnx");
        Cli.run("export", folder.resolve("study"), "--onnx", onnx).succeeded();
        agree(model, onnx, model.load(DEVICE, new VolumeShape(1, 28), EnsembleWeights.defaults(3)));
    }

    private static void agree(TrainedModel model, Path onnx, EnsembleNet nets) throws OrtException {
        VolumeData data = model.info().data().withFile(volumes()).load(model.preparation(), warning -> {});
        double[][] expected = new double[data.test().size()][CLASSES];
        try (Predictor predictor = new Predictor(data, data.test(), DEVICE, BATCH)) {
            for (EnsembleNet.Part part : nets.parts()) {
                double[][] logits = predictor.logits(part.net());
                for (int i = 0; i < logits.length; i++) {
                    for (int c = 0; c < CLASSES; c++) {
                        expected[i][c] += part.weight() * logits[i][c];
                    }
                }
            }
        }
        float[] voxels = voxels();
        double[][] logits = new double[expected.length][CLASSES];
        double[][] scores = new double[expected.length][CLASSES];
        run(onnx, voxels, logits, scores);
        double largest = 0;
        double scale = 1;
        for (int i = 0; i < expected.length; i++) {
            for (int c = 0; c < CLASSES; c++) {
                largest = Math.max(largest, Math.abs(logits[i][c] - expected[i][c]));
                scale = Math.max(scale, Math.abs(expected[i][c]));
            }
        }
        double auc = Metrics.whereDefined(data, data.test(), scores).auc();
        double ours = Metrics.whereDefined(data, data.test(), Predictor.probabilities(model.task(), expected))
                .auc();
        System.out.printf(
                "%s: logits, of up to %.2f, differ by up to %.2e, AUC %.6f and %.6f%n",
                onnx.getFileName(), scale, largest, auc, ours);
        assertThat(largest).isLessThan(LARGEST_DIFFERENCE);
        assertThat(auc).isCloseTo(ours, within(5e-5));
    }

    private static float[] voxels() {
        try (NpzFile file = NpzFile.open(volumes())) {
            byte[] bytes = file.read("test_images").bytes();
            float[] voxels = new float[bytes.length];
            for (int i = 0; i < voxels.length; i++) {
                voxels[i] = bytes[i] & 0xFF;
            }
            return voxels;
        }
    }

    /** Executes a model on batches of different sizes. */
    private static void run(Path onnx, float[] voxels, double[][] logits, double[][] scores) throws OrtException {
        int elements = voxels.length / logits.length;
        try (OrtSession session = ORT.createSession(onnx.toString())) {
            assertThat(session.getMetadata().getCustomMetadata())
                    .containsEntry("voxgrad.classes", "2")
                    .containsEntry("voxgrad.input", "values as stored, from 0.0 to 255.0");
            for (int from = 0, size = 1; from < logits.length; from += size, size = BATCH) {
                int count = Math.min(size, logits.length - from);
                FloatBuffer batch = FloatBuffer.wrap(voxels, from * elements, count * elements);
                try (OnnxTensor input = OnnxTensor.createTensor(ORT, batch, new long[] {count, 1, 28, 28, 28});
                        OrtSession.Result result = session.run(Map.of("volumes", input))) {
                    copy(result, "logits", logits, from);
                    copy(result, "probabilities", scores, from);
                }
            }
        }
    }

    private static void copy(OrtSession.Result result, String name, double[][] to, int from) throws OrtException {
        float[][] rows = (float[][]) result.get(name).orElseThrow().getValue();
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < CLASSES; c++) {
                to[from + i][c] = rows[i][c];
            }
        }
    }
}
