package dev.voxgrad.engine;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.autograd.Backward;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Node;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.OpContract;
import dev.voxgrad.engine.autograd.OpTrace;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceStorage;
import dev.voxgrad.engine.device.Storage;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.engine.op.activation.LeakyReluOp;
import dev.voxgrad.engine.op.activation.ReluOp;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.crossentropy.BceWithLogitsOp;
import dev.voxgrad.engine.op.crossentropy.CrossEntropyOp;
import dev.voxgrad.engine.op.elementwise.AddOp;
import dev.voxgrad.engine.op.elementwise.MulOp;
import dev.voxgrad.engine.op.elementwise.ScaleOp;
import dev.voxgrad.engine.op.layout.LayoutOp;
import dev.voxgrad.engine.op.linear.LinearOp;
import dev.voxgrad.engine.op.pool3d.AdaptiveAvgPool3dOp;
import dev.voxgrad.engine.op.pool3d.MaxPool3dOp;
import dev.voxgrad.engine.op.reduce.MeanOp;
import dev.voxgrad.engine.op.reduce.SumOp;
import dev.voxgrad.engine.op.shape.ConcatOp;
import dev.voxgrad.engine.op.shape.ReshapeOp;
import dev.voxgrad.engine.op.shape.ShareOp;
import dev.voxgrad.engine.op.softmax.LogSoftmaxOp;
import dev.voxgrad.engine.op.softmax.SoftmaxOp;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Trace;

/**
 * Represents an n-dimensional array of float32 values on a device, and, if gradients are required, refers to the node
 * of the graph that made it.
 *
 * <p>Each operation is one line here: its checks, formula and kernels are in its own folder below
 * {@code dev.voxgrad.engine.op}. Tensors are immutable except for their memory, which optimisers update in place.
 */
public final class Tensor {
    /** Counts the tensors made so far. */
    private static final AtomicLong MADE = new AtomicLong();

    private final Device device;
    private final Shape shape;
    private final Layout layout;
    private final Memory memory;
    private final long serial = MADE.incrementAndGet();
    private boolean requiresGrad;
    private @Nullable Node node;
    private boolean result;
    private boolean released;

    private Tensor(Device device, Shape shape, Layout layout, Memory memory) {
        if (shape.elements() == 0) {
            throw new ShapeException("tensor: shape " + shape + " has no elements, expected at least one");
        }
        this.device = device;
        this.shape = shape;
        this.layout = Layout.coincide(shape) ? Layout.ROW_MAJOR : layout;
        this.memory = memory;
        memory.retain();
    }

    // ------------------------------------------------------------------------------------------ making tensors

    /** Returns a tensor with these values, in row-major order. */
    public static Tensor of(Device device, Shape shape, float... values) {
        requireLength(shape, values.length);
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.write(values, tensor.storage());
        return tensor;
    }

    /** Returns a tensor with these values, in row-major order; the reference device keeps all their digits. */
    public static Tensor of(Device device, Shape shape, double... values) {
        requireLength(shape, values.length);
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.write(values, tensor.storage());
        return tensor;
    }

    /**
     * Returns an activation (N,C,D,H,W) with values given in channels-last order, (N,D,H,W,C): the order in which
     * batches are prepared, and, on the CPU device, the order in which they stay.
     *
     * @param values one for each element of the shape; the rest of a longer array is ignored, so that the buffer of a
     *     full batch also serves a shorter last one
     */
    public static Tensor ofChannelsLast(Device device, Shape shape, float... values) {
        requireLength(shape, Math.min(values.length, shape.elements()));
        Tensor tensor = empty(device, shape, Layout.CHANNELS_LAST);
        device.write(values, tensor.storage());
        return tensor.inLayout(device.activationLayout());
    }

    /** Returns a tensor with the same value everywhere. */
    public static Tensor full(Device device, Shape shape, double value) {
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.fill(tensor.storage(), value);
        return tensor;
    }

    /** Returns a tensor of zeros. */
    public static Tensor zeros(Device device, Shape shape) {
        return full(device, shape, 0);
    }

    /** Returns a tensor with unspecified contents, for an operation to write its result into. */
    public static Tensor empty(Device device, Shape shape, Layout layout) {
        return new Tensor(device, shape, layout, new Memory(device, device.allocate(shape.elements())));
    }

    /**
     * Does the same as {@link #empty(Device, Shape, Layout)} for an activation, in the device's own layout and
     * precision.
     */
    public static Tensor emptyActivation(Device device, Shape shape) {
        return new Tensor(
                device,
                shape,
                device.activationLayout(),
                new Memory(device, device.allocateActivation(shape.elements())));
    }

    /** Does the same as {@link #empty(Device, Shape, Layout)}, with this tensor's device, shape and layout. */
    public Tensor emptyLike() {
        return emptyLike(shape);
    }

    /** Does the same as {@link #emptyLike()}, with another shape. */
    public Tensor emptyLike(Shape newShape) {
        return new Tensor(
                device, newShape, layout, new Memory(device, device.allocateLike(storage(), newShape.elements())));
    }

    private static void requireLength(Shape shape, int length) {
        if (length != shape.elements()) {
            throw new ShapeException("tensor: " + length + " values do not fill shape " + shape + " with its "
                    + shape.elements() + " elements");
        }
    }

    // -------------------------------------------------------------------------------------------- what it is

    /** Returns the device whose memory contains the values. */
    public Device device() {
        return device;
    }

    /** Returns the logical sizes, (N,C,D,H,W) for activations, whatever the physical order. */
    public Shape shape() {
        return shape;
    }

    /** Returns the physical order of the elements; only kernels need to know. */
    public Layout layout() {
        return layout;
    }

    /** Returns whether a backward pass computes a gradient for this tensor. */
    public boolean requiresGrad() {
        return requiresGrad;
    }

    /**
     * Sets whether this leaf's gradient is required from now on. This affects operations that are applied after this
     * call; an existing graph stays as it is, as in PyTorch.
     *
     * @return this tensor
     * @throws IllegalStateException if this tensor is the result of an operation whose gradient is tracked
     */
    public Tensor requiresGrad(boolean wanted) {
        if (node != null) {
            throw new IllegalStateException("requiresGrad: only for leaves; this tensor is the result of "
                    + node.op().name());
        }
        requiresGrad = wanted;
        return this;
    }

    /** Returns how this tensor was made; null for leaves and if no gradient is tracked. */
    public @Nullable Node node() {
        return node;
    }

    /**
     * Returns the device memory, for kernels.
     *
     * @throws IllegalStateException if this tensor was released, or its scope is closed
     */
    public Storage storage() {
        Storage storage = memory.storage();
        if (released || storage == null) {
            throw new IllegalStateException("tensor " + shape + " was released, or its scope is closed; to use "
                    + "it later, keep another handle with share() or detach(), or call Scope.keep()");
        }
        return storage;
    }

    Memory memory() {
        return memory;
    }

    /** Returns whether both are handles on the same memory, like a tensor and its {@link #detach} or {@link #view}. */
    public boolean sharesMemoryWith(Tensor other) {
        return memory == other.memory;
    }

    /** Returns whether other handles share this tensor's memory, so that a change in place would change them. */
    public boolean isShared() {
        return memory.holders() > 1;
    }

    /**
     * Notes that these values are changed in place, now and at each replay of a captured step: a backward pass whose
     * forward saved them before is refused from then on. For operations and updates that write into a tensor that they
     * did not make; {@code device().write} and {@code device().fill} call this themselves.
     */
    public void written() {
        device.hostEffect(storage()::written);
    }

    /** Returns whether {@link #release} was called on this handle. */
    public boolean isReleased() {
        return released;
    }

    /** Returns a point in time to compare tensors with: the number of tensors made so far. */
    public static long moment() {
        return MADE.get();
    }

    /** Returns whether this handle was made after {@code moment}. */
    public boolean isMadeSince(long moment) {
        return serial > moment;
    }

    /** Returns whether this handle was made before {@code other}; inputs of an operation are made before its result. */
    public boolean isMadeBefore(Tensor other) {
        return serial < other.serial;
    }

    /**
     * Returns whether an operation made this tensor after {@code moment}, in a scope. The caller of the operation may
     * {@link #release} such a result once it is used up: no handle on it can be older, and constants, parameters and
     * stashed handles are never such results.
     */
    public boolean isResultSince(long moment) {
        return result && isMadeSince(moment) && memory.hasScope();
    }

    // --------------------------------------------------------------------------------------- values and memory

    /** Returns a copy of the values in row-major order. */
    public float[] toArray() {
        float[] values = new float[shape.elements()];
        readRowMajor(storage -> device.read(storage, values));
        return values;
    }

    /** Returns a copy of the values in row-major order, in double precision if the device has it. */
    public double[] toDoubleArray() {
        double[] values = new double[shape.elements()];
        readRowMajor(storage -> device.read(storage, values));
        return values;
    }

    private void readRowMajor(Consumer<Storage> reader) {
        Tensor handle = detach();
        Tensor plain = handle.inLayout(Layout.ROW_MAJOR);
        reader.accept(plain.storage());
        plain.release();
        handle.release();
    }

    /** Returns the value of a tensor that has exactly one. */
    public double item() {
        if (shape.elements() != 1) {
            throw new ShapeException("item: tensor " + shape + " has " + shape.elements() + " elements, expected 1");
        }
        return toDoubleArray()[0];
    }

    /**
     * Returns a second handle on the same memory, outside any graph. {@link #share} returns one that stays in the
     * graph.
     */
    public Tensor detach() {
        storage();
        return new Tensor(device, shape, layout, memory);
    }

    /**
     * Returns a second handle on the same values that keeps both the memory and the place in the graph. A layer that
     * uses its input again later, as a skip connection does, keeps this handle: {@link #release} of the first one does
     * not affect it.
     */
    public Tensor share() {
        return apply(new ShareOp(), this);
    }

    /** Returns the same memory as another row-major shape with as many elements, outside any graph. For operations. */
    public Tensor view(Shape newShape) {
        if (newShape.elements() != shape.elements() || layout != Layout.ROW_MAJOR) {
            throw new ShapeException("view: " + layout + " tensor " + shape + " cannot be seen as " + newShape);
        }
        return new Tensor(device, newShape, Layout.ROW_MAJOR, memory);
    }

    /**
     * Releases this handle before its scope ends; the memory is free once all other handles are released as well, such
     * as that of a node that saved it for backward. The tensor stays part of the graph, but its values can no longer be
     * read. {@link Scope} says why both exist.
     */
    public void release() {
        if (!released) {
            released = true;
            memory.release();
        }
    }

    // ------------------------------------------------------------------------------------------------ autograd

    /**
     * Runs an operation and, if any input requires a gradient, adds it to the graph.
     *
     * @return a new handle, even if the operation returned one of its inputs or a tensor that it keeps
     * @throws ShapeException if the shapes do not fit
     * @throws IllegalArgumentException if there are no inputs, or if they are on different devices
     * @throws IllegalStateException if the operation breaks its contract: see {@link Op#forward}
     */
    public static Tensor apply(Op op, Tensor... inputs) {
        OpContract.requireInputs(op, inputs);
        boolean[] needsGradient = new boolean[inputs.length];
        boolean tracked = false;
        for (int i = 0; i < inputs.length; i++) {
            needsGradient[i] = inputs[i].requiresGrad;
            tracked |= needsGradient[i];
        }
        tracked &= GradientMode.isOn();
        Device device = inputs[0].device;
        Context context = new Context(op, inputs, needsGradient, tracked, Trace.currentLayer(device));
        long before = moment();
        Tensor output;
        try (var _ = OpTrace.span(device, op, Pass.FORWARD, context)) {
            output = op.forward(context, inputs);
        }
        OpContract.requireOutput(op, context.outputShape(), device, output);
        if (!output.isMadeSince(before)) {
            output = output.detach();
        }
        output.result = true;
        if (tracked) {
            output.requiresGrad = true;
            output.node = new Node(op, List.of(inputs), context);
        }
        return output;
    }

    /** Returns the gradients of all leaves below this scalar. */
    public Gradients backward() {
        return backward((_, _) -> {});
    }

    /** Returns the gradients of all leaves below this scalar, and shows those of intermediate tensors to {@code seen}. */
    public Gradients backward(BiConsumer<Tensor, Tensor> seen) {
        if (shape.elements() != 1) {
            throw new ShapeException("backward: only a scalar has a gradient by itself; this tensor is " + shape
                    + ", so pass the upstream gradient");
        }
        return backward(full(device, shape, 1), seen);
    }

    /**
     * Returns the gradients of all leaves below this tensor, given its own gradient.
     *
     * @param upstream the gradient of this tensor, with its shape and on its device; it is only read
     * @throws IllegalArgumentException if {@code upstream} does not fit
     * @throws IllegalStateException if a tensor that an operation saved was changed in place since, such as a weight by
     *     an optimiser's step, or if backward was already run through this graph
     */
    public Gradients backward(Tensor upstream) {
        return backward(upstream, (_, _) -> {});
    }

    /**
     * Does the same as {@link #backward(Tensor)} and shows the gradients of intermediate tensors, which are released
     * on the way.
     *
     * @param seen receives each tensor that is the result of an operation, this one first, and its complete gradient,
     *     just before the operation's own backward; it may read the gradient during the call
     */
    public Gradients backward(Tensor upstream, BiConsumer<Tensor, Tensor> seen) {
        return Backward.run(this, upstream, seen);
    }

    // ----------------------------------------------------------------------------------------- operations: arithmetic

    /** Returns this + other, element by element. */
    public Tensor add(Tensor other) {
        return apply(new AddOp(), this, other.inLayout(layout));
    }

    /** Returns this · other, element by element. */
    public Tensor mul(Tensor other) {
        return apply(new MulOp(), this, other.inLayout(layout));
    }

    /** Returns this · factor. */
    public Tensor scale(double factor) {
        return apply(new ScaleOp(factor), this);
    }

    /** Returns the sum of all elements: a scalar. */
    public Tensor sum() {
        return apply(new SumOp(), this);
    }

    /** Returns the mean of all elements: a scalar. */
    public Tensor mean() {
        return apply(new MeanOp(), this);
    }

    // ---------------------------------------------------------------------------------------- operations: activations

    /** Returns max(x, 0), element by element. */
    public Tensor relu() {
        return apply(new ReluOp(), this);
    }

    /** Returns x where x &gt; 0, else negativeSlope·x, element by element. */
    public Tensor leakyRelu(double negativeSlope) {
        return apply(new LeakyReluOp(negativeSlope), this);
    }

    /** Returns the softmax of each row of (N,K). */
    public Tensor softmax() {
        return apply(new SoftmaxOp(), this);
    }

    /** Returns the logarithm of the softmax of each row of (N,K). */
    public Tensor logSoftmax() {
        return apply(new LogSoftmaxOp(), this);
    }

    // --------------------------------------------------------------------------------------------- operations: layers

    /**
     * Returns the 3D convolution of this (N,C,D,H,W) with weight (O,C/groups,KD,KH,KW).
     *
     * @param bias (O), or null
     */
    public Tensor conv3d(Tensor weight, @Nullable Tensor bias, Conv3dOp settings) {
        return convolution(weight, bias, settings);
    }

    /**
     * Returns the ACS convolution of this (N,C,D,H,W) with weight (O,C/groups,k,k): 2D kernels in the volume's planes.
     *
     * @param bias (O), or null
     */
    public Tensor acsConv3d(Tensor weight, @Nullable Tensor bias, AcsConv3dOp settings) {
        return convolution(weight, bias, settings);
    }

    private Tensor convolution(Tensor weight, @Nullable Tensor bias, ConvolutionOp settings) {
        Tensor input = inLayout(device.activationLayout());
        return bias == null ? apply(settings, input, weight) : apply(settings, input, weight, bias);
    }

    /** Returns the maximum over windows of (N,C,D,H,W). */
    public Tensor maxPool3d(Dims3 kernel, Dims3 stride, Dims3 padding) {
        return apply(new MaxPool3dOp(kernel, stride, padding), inLayout(device.activationLayout()));
    }

    /** Returns the mean over bins: (N,C,D,H,W) to (N,C,output). */
    public Tensor adaptiveAvgPool3d(Dims3 output) {
        return apply(new AdaptiveAvgPool3dOp(output), inLayout(device.activationLayout()));
    }

    /**
     * Returns the batch normalisation of (N,C) or (N,C,D,H,W).
     *
     * @param training whether to normalise by the batch's statistics and update the running ones, instead of using
     *     those
     * @param momentum weight of the batch's statistics in the update
     */
    public Tensor batchNorm(
            Tensor weight,
            Tensor bias,
            Tensor runningMean,
            Tensor runningVariance,
            boolean training,
            double momentum,
            double eps) {
        return apply(
                new BatchNormOp(training, momentum, eps),
                inLayout(device.activationLayout()),
                weight,
                bias,
                runningMean,
                runningVariance);
    }

    /** Returns this (N,in) · weight (out,in)ᵀ. */
    public Tensor linear(Tensor weight) {
        return apply(new LinearOp(), this, weight);
    }

    /** Returns this (N,in) · weight (out,in)ᵀ + bias (out). */
    public Tensor linear(Tensor weight, Tensor bias) {
        return apply(new LinearOp(), this, weight, bias);
    }

    // --------------------------------------------------------------------------------------------- operations: losses

    /** Returns the mean cross-entropy of these logits (N,K) against one class label per sample: a scalar. */
    public Tensor crossEntropy(int... labels) {
        return apply(new CrossEntropyOp(labels), this);
    }

    /**
     * Returns the cross-entropy of these logits (N,K) against one class label per sample, as the mean over the samples
     * with each weighted by its class: a scalar.
     *
     * @param classWeights one weight of at least 0 per class; null for the plain mean
     */
    public Tensor crossEntropy(float @Nullable [] classWeights, int... labels) {
        return apply(new CrossEntropyOp(labels, classWeights), this);
    }

    /** Returns the mean binary cross-entropy of these logits (N,L) against row-major targets from 0 to 1: a scalar. */
    public Tensor bceWithLogits(float... targets) {
        return apply(new BceWithLogitsOp(targets), this);
    }

    // ----------------------------------------------------------------------------------- operations: shape and layout

    /** Returns the same values in row-major order under another shape. */
    public Tensor reshape(Shape newShape) {
        return apply(new ReshapeOp(newShape), inLayout(Layout.ROW_MAJOR));
    }

    /** Merges all dimensions from {@code fromDimension} on: (N,C,D,H,W) to (N,C·D·H·W) for 1. */
    public Tensor flatten(int fromDimension) {
        return reshape(shape.flattenedFrom(fromDimension));
    }

    /** Joins these tensors along dimension {@code dimension}; all other dimensions must be equal. */
    public static Tensor concat(int dimension, Tensor... tensors) {
        Tensor[] rowMajor =
                Arrays.stream(tensors).map(t -> t.inLayout(Layout.ROW_MAJOR)).toArray(Tensor[]::new);
        return apply(new ConcatOp(dimension), rowMajor);
    }

    /** Returns the same values in that physical order: this tensor itself if it has that order already. */
    public Tensor inLayout(Layout wanted) {
        return layout == wanted || Layout.coincide(shape) ? this : apply(new LayoutOp(wanted), this);
    }

    /**
     * Describes this tensor for people: shape, device, the operation that made it, and values, rounded to five digits:
     * all of a small tensor in row-major order, the first few of a large one. Values on a GPU are not copied for this.
     * Computes nothing and never fails, so that debuggers and error messages can call it at any time.
     */
    @Override
    public String toString() {
        String origin = node != null ? " from " + node.op().name() : requiresGrad ? ", requires gradient" : "";
        return "Tensor" + shape + " on " + device.name() + origin + valuesText();
    }

    private String valuesText() {
        Storage storage = memory.storage();
        if (released || storage == null) {
            return ", released";
        }
        return switch (storage) {
            case CpuStorage cpu -> " = " + ValuesText.of(shape, i -> cpu.array()[physicalIndex(i)]);
            case ReferenceStorage reference ->
                " = " + ValuesText.of(shape, i -> reference.array()[physicalIndex(i)]);
            case CudaStorage _ -> "";
        };
    }

    /** Returns where in memory the element at an index of the row-major order is. */
    private int physicalIndex(int index) {
        if (layout == Layout.ROW_MAJOR) {
            return index;
        }
        int channels = shape.dim(1);
        int voxels = shape.elementsFrom(2);
        int sample = index / (channels * voxels);
        return (sample * voxels + index % voxels) * channels + index / voxels % channels;
    }
}
