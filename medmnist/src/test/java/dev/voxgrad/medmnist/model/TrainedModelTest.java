package dev.voxgrad.medmnist.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.nn.weights.WeightsFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tests a model of two members, trained for one epoch on a few small volumes. */
class TrainedModelTest {
    private static final SyntheticShapes.Settings SHAPES = new SyntheticShapes.Settings(1, 8, 15, 10, 6, 0.4);
    private static final VolumeShape STORED = new VolumeShape(1, 8);
    private static final VolumeData DATA = SyntheticShapes.make(SHAPES);

    @TempDir
    private static Path folder;

    private static final CpuDevice DEVICE = new CpuDevice(1);
    private static TrainedModel model;

    @BeforeAll
    static void train() {
        RunFiles run = TinyRun.train(folder.resolve("run"), SHAPES, List.of(StudyNet.NET1, StudyNet.NET2), DEVICE);
        model = TrainedModel.open(run.folder());
    }

    @AfterAll
    static void close() {
        DEVICE.close();
    }

    @Test
    void describesWhatItPredictsAndHowVolumesArePrepared() {
        assertThat(model.task()).isEqualTo(Task.MULTI_CLASS);
        assertThat(model.labelNames()).isEqualTo(SyntheticShapes.LABELS);
        assertThat(model.storedShape()).contains(STORED);
        assertThat(model.preparation()).isEqualTo(Preparation.STUDY);
        assertThat(model.window()).isEmpty();
        assertThat(model.input(STORED)).isEqualTo(DATA.evaluationInput());
        assertThat(model.files())
                .extracting(ModelFile::toString)
                .containsExactly("0 net1 last", "0 net1 best", "1 net2 last", "1 net2 best");
        assertThat(model.withMembers(List.of(1)).files())
                .extracting(ModelFile::toString)
                .containsExactly("1 net2 last", "1 net2 best");
    }

    private static Tensor batch(Split split) {
        SampleReader reader = new SampleReader(split, model.input(STORED), SampleTransform.NONE);
        float[] values = new float[split.size() * STORED.elements()];
        for (int i = 0; i < split.size(); i++) {
            reader.read(i, 0, values, i * STORED.elements());
        }
        return Tensor.ofChannelsLast(DEVICE, Shape.of(split.size(), 1, 8, 8, 8), values);
    }

    @Test
    void computesTheLogitsOfTheEnsembleThatIsEvaluated() {
        EnsembleWeights weights = new EnsembleWeights(0.5, 1.5, List.of(1.0, 3.0));
        Ensemble ensemble = Ensemble.load(
                model,
                DATA,
                DATA.test(),
                DEVICE,
                Predictor.Augmentation.OFF,
                done -> assertThat(done).isPositive());
        double[][] expected = ensemble.scores(weights);
        EnsembleNet net = model.load(DEVICE, STORED, weights);
        assertThat(net.parts()).extracting(EnsembleNet.Part::weight).containsExactly(0.0625, 0.1875, 0.1875, 0.5625);
        try (var _ = Scope.withoutGradients()) {
            double[][] scores = net.probabilities(batch(DATA.test()));
            for (int i = 0; i < expected.length; i++) {
                assertThat(scores[i]).containsExactly(expected[i], within(1e-5));
            }
        }
    }

    @Test
    void loadsOnlyNetsThatCountAndHasAGradient() {
        EnsembleNet net = model.load(DEVICE, STORED, EnsembleWeights.groups(0, 1, 2));
        assertThat(net.parts()).extracting(part -> part.file().kind()).containsOnly(ModelKind.BEST);
        Tensor input = batch(DATA.test()).requiresGrad(true);
        try (var _ = Scope.open()) {
            float[] gradient = net.logits(input).sum().backward().of(input).toArray();
            assertThat(gradient).hasSize(6 * STORED.elements()).contains(gradient[0]);
            assertThat(gradient[100]).isNotZero();
        }
    }

    @Test
    void refusesMembersThatAreNotFinished() {
        assertThatThrownBy(() -> model.withMembers(List.of(0, 5)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("the finished members are [0, 1], but [0, 5] are requested");
        assertThatThrownBy(() -> model.withMembers(List.of())).isInstanceOf(DataException.class);
    }

    @Test
    void refusesWeightsOfARunThatPreparesVolumesDifferently() {
        ModelFile file = model.file(0, ModelKind.BEST);
        WeightsFile weights = WeightsFile.read(file.file());
        Path other = folder.resolve("other.safetensors");
        new WeightsFile(weights.tensors(), Preparation.MEDMNIST.toMetadata()).write(other);
        ModelFile foreign = new ModelFile(0, file.member(), file.kind(), other);
        assertThatThrownBy(() -> model.load(foreign, DEVICE, STORED))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining(
                        "other.safetensors: was trained on volumes prepared in this way: values from 0 to 1");
        assertThatThrownBy(() -> model.load(file, DEVICE, new VolumeShape(3, 8)))
                .hasMessageContaining("belongs to another net");
    }

    @Test
    void refusesARunWithoutATask() throws IOException {
        Path run = Files.createDirectory(folder.resolve("old"));
        for (String name : List.of("run.json", "members.csv")) {
            String text = Files.readString(model.run().file(name));
            Files.writeString(run.resolve(name), text.replace("\"multi-class\"", "null"));
        }
        assertThatThrownBy(() -> TrainedModel.open(run))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("set the field task to binary, multi-class or multi-label");
    }

    @Test
    void knowsTheShapeOfOfficialAndSyntheticVolumesOfEarlierVersions() {
        RunInfo info = TinyRun.info(SHAPES, null, model.info().settings());
        assertThat(Optional.ofNullable(info.shape())).isEmpty();
        assertThat(info.data().knownShape()).contains(STORED);
        assertThat(DataSource.official("organmnist3d", folder, 64).knownShape()).contains(new VolumeShape(1, 64));
        assertThat(DataSource.official("organmnist3d", folder, 64).isNormalisedInStudy())
                .isFalse();
        assertThat(DataSource.file(folder.resolve("own.npz"), List.of()).knownShape())
                .isEmpty();
    }
}
