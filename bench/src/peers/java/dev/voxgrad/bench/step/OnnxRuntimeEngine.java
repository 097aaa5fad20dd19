package dev.voxgrad.bench.step;

import java.nio.FloatBuffer;
import java.util.Map;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.onnx.OnnxModel;

/**
 * Runs Microsoft's ONNX Runtime on the model that {@link OnnxModel} makes of Voxgrad's net, with all its optimisations
 * of the graph: batch norm is folded into convolutions, and activations are fused with them. It only infers.
 */
final class OnnxRuntimeEngine implements StepEngine {
    private static final String INPUT = "volumes";

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final OnnxTensor input;

    OnnxRuntimeEngine(StepCase work, int threads) throws OrtException {
        try (CpuDevice device = new CpuDevice(threads);
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            Layer net = work.net().build(device, work.volume(), StepCase.CLASSES);
            Initialization.apply(net, SEED);
            net.eval();
            Shape shape = work.shape();
            Shape volume = Shape.of(shape.dim(1), shape.dim(2), shape.dim(3), shape.dim(4));
            options.setIntraOpNumThreads(threads);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            session = environment.createSession(OnnxModel.of(net, volume, StepCase.CLASSES), options);
            float[] volumes = Tensor.ofChannelsLast(
                            device, shape, RandomBatch.of(work).volumes())
                    .toArray();
            long[] sizes = {shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(3), shape.dim(4)};
            input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(volumes), sizes);
        }
    }

    @Override
    public String version() {
        return environment.getVersion();
    }

    @Override
    public double trainStep() {
        throw new UnsupportedOperationException("ONNX Runtime only infers");
    }

    @Override
    public float[] infer() {
        try (OrtSession.Result result = session.run(Map.of(INPUT, input))) {
            FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] copy = new float[logits.remaining()];
            logits.get(copy);
            return copy;
        } catch (OrtException e) {
            throw new EngineException("onnxruntime cannot infer: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        input.close();
        try {
            session.close();
        } catch (OrtException e) {
            throw new EngineException("onnxruntime cannot be closed: " + e.getMessage(), e);
        }
    }
}
