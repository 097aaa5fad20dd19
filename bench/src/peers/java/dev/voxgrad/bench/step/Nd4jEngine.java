package dev.voxgrad.bench.step;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.nativeblas.NativeOpsHolder;

import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Runs ND4J's native operations with oneDNN through DL4J's layers.
 *
 * <p>ND4J's own SameDiff is not used, because its batch norm has no gradient in this version ("Invalid axis argument").
 */
final class Nd4jEngine implements StepEngine {
    /** The property with which JavaCPP chooses ND4J's native library: the build with oneDNN and AVX2. */
    private static final String BUILD = "org.bytedeco.javacpp.platform.extension";

    private final List<Layer> layers = new ArrayList<>();
    private final Map<Integer, InputPreProcessor> reshapes = new HashMap<>();
    private final MultiLayerNetwork net;
    private final DataSet batch;

    Nd4jEngine(StepCase work, int threads) {
        if (!(work.net() instanceof StudyNet study) || work.channels() != 1) {
            throw new EngineException("ND4J runs the study's nets only, on volumes with one channel", null);
        }
        System.setProperty(BUILD, "-onednn-avx2");
        batch = batch(work); // this loads the native library
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
        addLayers(study, work.size());
        // Adam with weight decay scaled by the learning rate is AdamW.
        NeuralNetConfiguration.ListBuilder configuration = new NeuralNetConfiguration.Builder()
                .seed(SEED)
                .dataType(DataType.FLOAT)
                .weightInit(WeightInit.RELU)
                .updater(new Adam(LEARNING_RATE))
                .weightDecay(work.weightDecay(), true)
                .list(layers.toArray(Layer[]::new));
        reshapes.forEach(configuration::inputPreProcessor);
        configuration.setInputType(
                InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, work.size(), work.size(), work.size(), 1));
        net = new MultiLayerNetwork(configuration.build());
        net.init();
    }

    private void addLayers(StudyNet study, int edge) {
        int width = 1;
        int size = edge;
        for (int next : study.widths()) {
            addConvolution(width, next, size);
            addConvolution(next, next, size);
            layers.add(new Subsampling3DLayer.Builder(Subsampling3DLayer.PoolingType.MAX)
                    .kernelSize(2, 2, 2)
                    .stride(2, 2, 2)
                    .convolutionMode(ConvolutionMode.Truncate)
                    .dataFormat(Convolution3D.DataFormat.NCDHW)
                    .build());
            width = next;
            size /= 2;
        }
        layers.add(new GlobalPoolingLayer(PoolingType.AVG));
        layers.add(new DenseLayer.Builder()
                .nIn(width)
                .nOut(width)
                .activation(new ActivationLReLU(0.01))
                .build());
        layers.add(new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(width)
                .nOut(StepCase.CLASSES)
                .activation(Activation.SOFTMAX)
                .build());
    }

    private void addConvolution(int inputs, int outputs, int size) {
        layers.add(new Convolution3D.Builder(3, 3, 3)
                .nIn(inputs)
                .nOut(outputs)
                .stride(1, 1, 1)
                .padding(1, 1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .dataFormat(Convolution3D.DataFormat.NCDHW)
                .activation(Activation.IDENTITY)
                .hasBias(true)
                .build());
        reshapes.put(layers.size(), new FoldedDepth(outputs, size, true));
        layers.add(new BatchNormalization.Builder().nIn(outputs).nOut(outputs).build());
        layers.add(new ActivationLayer(Activation.RELU));
        reshapes.put(layers.size(), new FoldedDepth(outputs, size, false));
    }

    private static DataSet batch(StepCase work) {
        RandomBatch random = RandomBatch.of(work);
        long[] shape = {work.batch(), 1, work.size(), work.size(), work.size()};
        INDArray classes = Nd4j.zeros(DataType.FLOAT, work.batch(), StepCase.CLASSES);
        for (int i = 0; i < work.batch(); i++) {
            classes.putScalar(i, random.labels()[i], 1);
        }
        return new DataSet(Nd4j.create(random.volumes(), shape, 'c'), classes);
    }

    @Override
    public String version() {
        Properties build = new Properties();
        try (InputStream file = Nd4j.class.getResourceAsStream("/org/eclipse/org.nd4j-nd4j-api-git.properties")) {
            build.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException("ND4J's jar does not contain its version", e);
        }
        return build.getProperty("git.build.version");
    }

    @Override
    public double trainStep() {
        net.fit(batch);
        return net.score();
    }

    /** Returns the softmax of the logits, because DL4J's output layer gives nothing else. */
    @Override
    public float[] infer() {
        return net.output(batch.getFeatures(), false).ravel().toFloatVector();
    }

    @Override
    public void close() {
        net.close();
    }
}
