package dev.voxgrad.bench.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.MemoryFormatOptional;
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
    /** A run that takes longer than this needs no repetition. */
    private static final long LONG_NANOS = 2_000_000_000L;

    private static final int CONVOLUTION_DIMENSIONS = 5;
    private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

    private final LibtorchNet net;
    private final TensorVector parameters;
    private final Tensor labels;
    private final boolean tuned;
    private final double weightDecay;
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
        if (tuned && torch.get_num_interop_threads() != 1) {
            torch.set_num_interop_threads(1); // works only once in a process
        }
        torch.manual_seed(SEED);
        net = LibtorchNet.of(work, tuned);
        parameters = net.module().parameters();
        weightDecay = work.weightDecay();
        optimizer = newOptimizer();
        RandomBatch batch = RandomBatch.of(work);
        input = Tensor.create(batch.volumes(), work.batch(), work.size(), work.size(), work.size(), work.channels())
                .permute(0, 4, 1, 2, 3)
                .contiguous();
        labels = Tensor.create(IntStream.of(batch.labels()).asLongStream().toArray(), work.batch());
    }

    private AdamW newOptimizer() {
        AdamWOptions options = new AdamWOptions(LEARNING_RATE);
        options.weight_decay().put(weightDecay);
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

    /** Returns the net, for tests. */
    LibtorchNet net() {
        return net;
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
        MemoryFormat best = layout;
        long least = Long.MAX_VALUE;
        for (MemoryFormat candidate : LAYOUTS) {
            use(candidate);
            long time = nanos(step);
            if (time < least) {
                least = time;
                best = candidate;
            }
        }
        return best;
    }

    /** Returns the time of the fastest run but the first, or of the second one if it is long. */
    private static long nanos(Runnable step) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && (i < 2 || least < LONG_NANOS); i++) {
            long start = System.nanoTime();
            step.run();
            if (i > 0) {
                least = Math.min(least, System.nanoTime() - start);
            }
        }
        return least;
    }

    @Override
    public double trainStep() {
        List<Double> losses = new ArrayList<>();
        if (trainingLayout == null) {
            trainingLayout = tuned ? fastest(() -> losses.add(train())) : layout;
        }
        use(trainingLayout);
        return losses.isEmpty() ? train() : losses.getFirst();
    }

    private double train() {
        net.module().train(true);
        try (var _ = new PointerScope()) {
            optimizer.zero_grad();
            Tensor loss = torch.cross_entropy_loss(net.forward(input), labels);
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
        net.module().eval();
        try (var _ = new PointerScope();
                var _ = new InferenceMode(true)) {
            Tensor logits = net.forward(input);
            float[] values = new float[Math.toIntExact(logits.numel())];
            logits.data_ptr_float().get(values);
            return values;
        }
    }

    @Override
    public void close() {
        for (Pointer part : List.of(optimizer, parameters, input, labels)) {
            part.close();
        }
        net.close();
    }
}
