package dev.voxgrad.bench.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.BatchNorm3dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv3dImpl;
import org.bytedeco.pytorch.Conv3dOptions;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.MaxPool3dImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * PyTorch's C++ library, through JavaCPP's bindings: eager mode, contiguous memory, oneDNN's convolutions.
 *
 * <p>What a step makes lives in C++ memory that the garbage collector doesn't see; a {@link PointerScope} around the
 * step lets go of it.
 */
final class LibtorchEngine implements StepEngine {
    static {
        // All at once: were they unpacked one by one, as each is loaded, those that an early one needs would be taken
        // from a libtorch of another version in the system's folders, and the process would crash.
        try {
            Loader.cacheResources("/org/bytedeco/pytorch/" + Loader.getPlatform() + "/");
        } catch (IOException e) {
            throw new UncheckedIOException("libtorch's libraries cannot be unpacked", e);
        }
    }

    /** A container does not keep its layers alive: where nobody in Java refers to one any more, it is gone. */
    private final List<Module> layers = new ArrayList<>();
    private final SequentialImpl features = new SequentialImpl();
    private final SequentialImpl classifier = new SequentialImpl();
    private final AdamW optimizer;
    private final Tensor input;
    private final Tensor labels;

    LibtorchEngine(StepCase work, int threads) {
        torch.set_num_threads(threads);
        torch.manual_seed(SEED);
        int width = 1;
        for (int next : work.net().widths()) {
            addConvolution(width, next);
            addConvolution(next, next);
            features.push_back(kept(new MaxPool3dImpl(cube(2))));
            width = next;
        }
        classifier.push_back(kept(new LinearImpl(width, width)));
        classifier.push_back(kept(new LeakyReLUImpl()));
        classifier.push_back(kept(new LinearImpl(width, StepCase.CLASSES)));
        TensorVector parameters = new TensorVector(features.parameters().get());
        for (Tensor parameter : classifier.parameters().get()) {
            parameters.push_back(parameter);
        }
        AdamWOptions options = new AdamWOptions(LEARNING_RATE);
        options.weight_decay().put(WEIGHT_DECAY);
        optimizer = new AdamW(parameters, options);
        RandomBatch batch = RandomBatch.of(work);
        input = Tensor.create(batch.volumes(), work.batch(), 1, work.size(), work.size(), work.size());
        labels = Tensor.create(IntStream.of(batch.labels()).asLongStream().toArray(), work.batch());
    }

    private void addConvolution(int inputs, int outputs) {
        Conv3dOptions options = new Conv3dOptions(inputs, outputs, cube(3));
        options.padding().put(cube(1));
        features.push_back(kept(new Conv3dImpl(options)));
        features.push_back(kept(new BatchNorm3dImpl(new BatchNormOptions(outputs))));
        features.push_back(kept(new ReLUImpl()));
    }

    private <L extends Module> L kept(L layer) {
        layers.add(layer);
        return layer;
    }

    private static LongPointer cube(long edge) {
        return new LongPointer(edge, edge, edge);
    }

    @Override
    public String version() {
        return torch.TORCH_VERSION;
    }

    private Tensor forward() {
        Tensor pooled = torch.adaptive_avg_pool3d(features.forward(input), 1, 1, 1);
        return classifier.forward(pooled.flatten(1, -1));
    }

    @Override
    public double trainStep() {
        features.train(true);
        classifier.train(true);
        try (var _ = new PointerScope()) {
            optimizer.zero_grad();
            Tensor loss = torch.cross_entropy_loss(forward(), labels);
            loss.backward();
            optimizer.step();
            return loss.item_float();
        }
    }

    @Override
    public float[] infer() {
        features.eval();
        classifier.eval();
        try (var _ = new PointerScope(); var _ = new NoGradGuard()) {
            Tensor logits = forward();
            float[] values = new float[Math.toIntExact(logits.numel())];
            logits.data_ptr_float().get(values);
            return values;
        }
    }

    @Override
    public void close() {
        for (Pointer part : List.of(optimizer, features, classifier, input, labels)) {
            part.close();
        }
    }
}
