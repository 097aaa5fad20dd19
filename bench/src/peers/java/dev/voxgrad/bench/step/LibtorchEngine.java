package dev.voxgrad.bench.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.MaxPool3dImpl;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;

/**
 * Runs PyTorch's C++ library through JavaCPP's bindings: eager mode, oneDNN's convolutions, inference mode for
 * inference.
 *
 * <p>Tuned, it tries contiguous memory and channels last during the first inference and during the first training step,
 * and keeps the faster one for each, which depends on processor and shape. The allocator is chosen by the caller that
 * starts the process: the command {@code peers} chooses one.
 *
 * <p>The objects of a step are in C++ memory that the garbage collector does not see; a {@link PointerScope} around the
 * step releases them.
 */
class LibtorchEngine implements StepEngine {
    static {
        // Unpack all libraries at once. If each were unpacked when it is loaded, the dependencies of an early one could
        // be found in a libtorch of another version in the system's folders, and the process would crash.
        try {
            Loader.cacheResources("/org/bytedeco/pytorch/" + Loader.getPlatform() + "/");
        } catch (IOException e) {
            throw new UncheckedIOException("libtorch's libraries cannot be unpacked", e);
        }
    }

    private static final List<MemoryFormat> LAYOUTS = List.of(MemoryFormat.Contiguous, MemoryFormat.ChannelsLast3d);
    /** The number of runs for each layout; the first one, which fills oneDNN's caches, is not timed. */
    private static final int TRIES = 3;

    private static final int CONVOLUTION_DIMENSIONS = 5;
    private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

    /** Keeps the layers alive, because a container does not: a layer without a reference in Java is freed. */
    private final List<Module> layers = new ArrayList<>();

    private final SequentialImpl features = new SequentialImpl();
    private final SequentialImpl classifier = new SequentialImpl();
    private final TensorVector parameters;
    private final Tensor labels;
    private final boolean tuned;
    private AdamW optimizer;
    private Tensor input;
    private MemoryFormat layout = MemoryFormat.Contiguous;
    /** Chosen by the first inference; null before. */
    private @Nullable MemoryFormat inferenceLayout;
    /** Chosen by the first training step; null before. */
    private @Nullable MemoryFormat trainingLayout;

    LibtorchEngine(StepCase work, int threads) {
        this(work, threads, true);
    }

    LibtorchEngine(StepCase work, int threads, boolean tuned) {
        this.tuned = tuned;
        torch.set_num_threads(threads);
        if (tuned) {
            torch.set_num_interop_threads(1);
        }
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
        parameters = new TensorVector(features.parameters().get());
        for (Tensor parameter : classifier.parameters().get()) {
            parameters.push_back(parameter);
        }
        optimizer = newOptimizer();
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

    private AdamW newOptimizer() {
        AdamWOptions options = new AdamWOptions(LEARNING_RATE);
        options.weight_decay().put(WEIGHT_DECAY);
        return new AdamW(parameters, options);
    }

    @Override
    public String version() {
        Matcher version = VERSION.matcher(torch.show_config().getString());
        return version.find() ? version.group(1) : "of unknown version";
    }

    @Override
    public String settings() {
        return torch.get_mkldnn_version().getString() + ", " + torch.get_num_threads() + " intra-op and "
                + torch.get_num_interop_threads() + " inter-op threads, "
                + (layout == MemoryFormat.ChannelsLast3d ? "channels_last_3d" : "contiguous");
    }

    /** Converts volumes and convolution weights, and resets the optimizer, because its state has their layout. */
    private void use(MemoryFormat wanted) {
        if (wanted == layout) {
            return;
        }
        for (Tensor parameter : parameters.get()) {
            if (parameter.dim() == CONVOLUTION_DIMENSIONS) {
                parameter.set_data(converted(parameter, wanted));
            }
        }
        input = converted(input, wanted);
        optimizer.close();
        optimizer = newOptimizer();
        layout = wanted;
    }

    /** Converts a tensor; unlike {@code contiguous}, also the strides of one channel, by which operations choose. */
    private static Tensor converted(Tensor tensor, MemoryFormat layout) {
        return tensor.detach().to(torch.ScalarType.Float, false, false, new MemoryFormatOptional(layout));
    }

    /** Returns the layout with which the step takes the least time. */
    private MemoryFormat fastest(Runnable step) {
        MemoryFormat best = MemoryFormat.Contiguous;
        long least = Long.MAX_VALUE;
        for (MemoryFormat candidate : LAYOUTS) {
            use(candidate);
            for (int i = 0; i < TRIES; i++) {
                long start = System.nanoTime();
                step.run();
                long time = System.nanoTime() - start;
                if (i > 0 && time < least) {
                    least = time;
                    best = candidate;
                }
            }
        }
        return best;
    }

    private Tensor forward() {
        Tensor pooled = torch.adaptive_avg_pool3d(features.forward(input), 1, 1, 1);
        return classifier.forward(pooled.flatten(1, -1));
    }

    @Override
    public double trainStep() {
        if (trainingLayout == null) {
            double firstLoss = train();
            trainingLayout = tuned ? fastest(this::train) : layout;
            return firstLoss;
        }
        use(trainingLayout);
        return train();
    }

    private double train() {
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
        if (inferenceLayout == null) {
            inferenceLayout = tuned ? fastest(this::logits) : layout;
        }
        use(inferenceLayout);
        return logits();
    }

    private float[] logits() {
        features.eval();
        classifier.eval();
        try (var _ = new PointerScope();
                var _ = new InferenceMode(true)) {
            Tensor logits = forward();
            float[] values = new float[Math.toIntExact(logits.numel())];
            logits.data_ptr_float().get(values);
            return values;
        }
    }

    @Override
    public void close() {
        for (Pointer part : List.of(optimizer, parameters, features, classifier, input, labels)) {
            part.close();
        }
    }
}
