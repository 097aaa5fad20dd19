package dev.voxgrad.engine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.voxgrad.engine.autograd.Backward;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Node;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.autograd.OpContract;
import dev.voxgrad.engine.autograd.OpTrace;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Storage;
import dev.voxgrad.engine.op.activation.LeakyReluOp;
import dev.voxgrad.engine.op.activation.ReluOp;
import dev.voxgrad.engine.op.batchnorm.BatchNormOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
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
 * An n-dimensional array of float32 numbers on a device, and, where gradients are wanted, the node of the graph
 * that made it.
 *
 * <p>Each operation is one line here: its checks, formula and kernels are in its own folder below
 * {@code dev.voxgrad.engine.op}. Tensors are immutable but for their memory, which optimisers update in place.
 */
public final class Tensor {
    /** How many tensors were made so far. */
    private static final AtomicLong MADE = new AtomicLong();

    private final Device device;
    private final Shape shape;
    private final Layout layout;
    private final Memory memory;
    private final long serial = MADE.incrementAndGet();
    private boolean requiresGrad;
    private Node node;
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

    /** A tensor from its numbers in row-major order. */
    public static Tensor of(Device device, Shape shape, float... values) {
        requireLength(shape, values.length);
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.write(values, tensor.storage());
        return tensor;
    }

    /** A tensor from its numbers in row-major order; the reference device keeps all their digits. */
    public static Tensor of(Device device, Shape shape, double... values) {
        requireLength(shape, values.length);
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.write(values, tensor.storage());
        return tensor;
    }

    /**
     * An activation (N,C,D,H,W) from numbers in channels-last order, (N,D,H,W,C): the order in which batches are
     * prepared, and, on the CPU device, the order in which they stay.
     *
     * @param values as many as the shape has elements; a longer array's rest is ignored, so that the buffer of a full
     *     batch serves a shorter last one too
     */
    public static Tensor ofChannelsLast(Device device, Shape shape, float... values) {
        requireLength(shape, Math.min(values.length, shape.elements()));
        Tensor tensor = empty(device, shape, Layout.CHANNELS_LAST);
        device.write(values, tensor.storage());
        return tensor.inLayout(device.activationLayout());
    }

    /** A tensor with the same number everywhere. */
    public static Tensor full(Device device, Shape shape, double value) {
        Tensor tensor = empty(device, shape, Layout.ROW_MAJOR);
        device.fill(tensor.storage(), value);
        return tensor;
    }

    public static Tensor zeros(Device device, Shape shape) {
        return full(device, shape, 0);
    }

    /** A tensor whose contents are not specified, for an operation to write its result into. */
    public static Tensor empty(Device device, Shape shape, Layout layout) {
        return new Tensor(device, shape, layout, new Memory(device, device.allocate(shape.elements())));
    }

    /** As {@link #empty(Device, Shape, Layout)}, for an activation as the device keeps them. */
    public static Tensor emptyActivation(Device device, Shape shape) {
        return new Tensor(
                device,
                shape,
                device.activationLayout(),
                new Memory(device, device.allocateActivation(shape.elements())));
    }

    /** As {@link #empty(Device, Shape, Layout)}, with this tensor's device, shape and layout. */
    public Tensor emptyLike() {
        return emptyLike(shape);
    }

    /** As {@link #emptyLike()}, with another shape. */
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

    public Device device() {
        return device;
    }

    /** Logical sizes, (N,C,D,H,W) for activations, whatever the physical order. */
    public Shape shape() {
        return shape;
    }

    /** Physical order of the elements; only kernels need to know. */
    public Layout layout() {
        return layout;
    }

    public boolean requiresGrad() {
        return requiresGrad;
    }

    /**
     * Requires this leaf's gradient from now on, or no longer. It holds for operations that are applied after this
     * call: a graph that is recorded already stays as it is, as in PyTorch.
     *
     * @return this tensor
     * @throws IllegalStateException if this tensor is the result of a recorded operation
     */
    public Tensor requiresGrad(boolean wanted) {
        if (node != null) {
            throw new IllegalStateException("requiresGrad: only for leaves; this tensor is the result of "
                    + node.op().name());
        }
        requiresGrad = wanted;
        return this;
    }

    /** How this tensor was made; null for leaves and where no gradient is recorded. */
    public Node node() {
        return node;
    }

    /** The device memory, for kernels. */
    public Storage storage() {
        Storage storage = memory.storage();
        if (released || storage == null) {
            throw new IllegalStateException("tensor " + shape + " was released, or its scope is closed; whoever needs "
                    + "it later keeps a handle of its own, by share() or detach(), or Scope.keep()");
        }
        return storage;
    }

    Memory memory() {
        return memory;
    }

    /** Returns whether both are handles on the same memory, as a tensor and its {@link #detach} or {@link #view}. */
    public boolean sharesMemoryWith(Tensor other) {
        return memory == other.memory;
    }

    /** Returns whether other handles hold this tensor's memory too, so that a change in place would change them. */
    public boolean isShared() {
        return memory.holders() > 1;
    }

    /**
     * Notes that these numbers are being changed in place, now and at each replay of a recorded step: a backward pass
     * whose forward had saved them before is refused from then on. For operations and updates that write into a tensor
     * that they did not make; {@code device().write} and {@code device().fill} count by themselves.
     */
    public void written() {
        device.hostEffect(storage()::written);
    }

    /** Returns whether {@link #release} was called on this handle. */
    public boolean isReleased() {
        return released;
    }

    /** Returns a point in time to compare tensors with: how many were made so far. */
    public static long moment() {
        return MADE.get();
    }

    /** Returns whether this handle was made after {@code moment}. */
    public boolean isMadeSince(long moment) {
        return serial > moment;
    }

    /**
     * Returns whether an operation has made this tensor after {@code moment}, in a scope. Whoever had the operation run
     * may {@link #release} it once it is used up: nobody can have kept it since before, and constants, parameters and
     * stashed handles are no such results.
     */
    public boolean isResultSince(long moment) {
        return result && isMadeSince(moment) && memory.hasScope();
    }

    // --------------------------------------------------------------------------------------- numbers and memory

    /** A copy of the numbers in row-major order. */
    public float[] toArray() {
        float[] values = new float[shape.elements()];
        readRowMajor(storage -> device.read(storage, values));
        return values;
    }

    /** A copy of the numbers in row-major order, in double precision where the device has it. */
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

    /** The number of a tensor that has just one. */
    public double item() {
        if (shape.elements() != 1) {
            throw new ShapeException("item: tensor " + shape + " has " + shape.elements() + " elements, expected 1");
        }
        return toDoubleArray()[0];
    }

    /**
     * The same numbers in the same memory, outside any graph: a second handle on it. {@link #share} is one that stays
     * in the graph.
     */
    public Tensor detach() {
        storage();
        return new Tensor(device, shape, layout, memory);
    }

    /**
     * Returns a second handle on the same numbers that keeps both the memory and the place in the graph. A layer that
     * uses its input again later, as a skip connection does, keeps this: {@link #release} of the first
     * handle leaves it alone.
     */
    public Tensor share() {
        return apply(new ShareOp(), this);
    }

    /** The same memory seen as another row-major shape with as many elements, outside any graph. For operations. */
    public Tensor view(Shape newShape) {
        if (newShape.elements() != shape.elements() || layout != Layout.ROW_MAJOR) {
            throw new ShapeException("view: " + layout + " tensor " + shape + " cannot be seen as " + newShape);
        }
        return new Tensor(device, newShape, Layout.ROW_MAJOR, memory);
    }

    /**
     * Gives this handle up before its scope ends; the memory is free once nobody else holds it, such as a node that
     * saved it for backward. The tensor stays part of the graph, but its numbers can't be read any more.
     */
    public void release() {
        if (!released) {
            released = true;
            memory.release();
        }
    }

    // ------------------------------------------------------------------------------------------------ autograd

    /**
     * Runs an operation and, if any input requires a gradient, records it in the graph.
     *
     * @return a new handle, also where the operation returned one of its inputs or a tensor that it keeps
     * @throws ShapeException if the shapes do not fit
     * @throws IllegalArgumentException if there is no input, or if they are on different devices
     * @throws IllegalStateException if the operation breaks its contract: see {@link Op#forward}
     */
    public static Tensor apply(Op op, Tensor... inputs) {
        OpContract.requireInputs(op, inputs);
        boolean[] needsGradient = new boolean[inputs.length];
        boolean recording = false;
        for (int i = 0; i < inputs.length; i++) {
            needsGradient[i] = inputs[i].requiresGrad;
            recording |= needsGradient[i];
        }
        recording &= GradientMode.isOn();
        Device device = inputs[0].device;
        Context context = new Context(op, inputs, needsGradient, recording, Trace.currentLayer(device));
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
        if (recording) {
            output.requiresGrad = true;
            output.node = new Node(op, List.of(inputs), context);
        }
        return output;
    }

    /** The gradients of all leaves below this scalar. */
    public Gradients backward() {
        if (shape.elements() != 1) {
            throw new ShapeException("backward: only a scalar has a gradient by itself; this tensor is " + shape
                    + ", so pass the upstream gradient");
        }
        return backward(full(device, shape, 1));
    }

    /**
     * The gradients of all leaves below this tensor, given its own gradient.
     *
     * @param upstream of this tensor's shape and on its device; it is only read
     * @throws IllegalArgumentException if {@code upstream} does not fit
     * @throws IllegalStateException if a tensor that an operation saved was changed in place since, such as a weight by
     *     an optimiser's step, or if backward was already run through this graph
     */
    public Gradients backward(Tensor upstream) {
        return Backward.run(this, upstream);
    }

    // ------------------------------------------------------------------------------------------------ operations

    /** The same numbers in that physical order; this tensor itself if it has it already. */
    public Tensor inLayout(Layout wanted) {
        return layout == wanted || Layout.coincide(shape) ? this : apply(new LayoutOp(wanted), this);
    }

    /** This + other, element by element. */
    public Tensor add(Tensor other) {
        return apply(new AddOp(), this, other.inLayout(layout));
    }

    /** 3D convolution of this (N,C,D,H,W) with weight (O,C/groups,KD,KH,KW); {@code bias} (O) may be null. */
    public Tensor conv3d(Tensor weight, Tensor bias, Conv3dOp settings) {
        Tensor input = inLayout(device.activationLayout());
        return bias == null ? apply(settings, input, weight) : apply(settings, input, weight, bias);
    }

    /** This · other, element by element. */
    public Tensor mul(Tensor other) {
        return apply(new MulOp(), this, other.inLayout(layout));
    }

    /** This · factor. */
    public Tensor scale(double factor) {
        return apply(new ScaleOp(factor), this);
    }

    /** The sum of all elements: a scalar. */
    public Tensor sum() {
        return apply(new SumOp(), this);
    }

    /** The mean of all elements: a scalar. */
    public Tensor mean() {
        return apply(new MeanOp(), this);
    }

    /** max(x, 0) element by element. */
    public Tensor relu() {
        return apply(new ReluOp(), this);
    }

    /** x where x &gt; 0, else negativeSlope·x, element by element. */
    public Tensor leakyRelu(double negativeSlope) {
        return apply(new LeakyReluOp(negativeSlope), this);
    }

    /** Batch normalisation of (N,C) or (N,C,D,H,W); in training, moves the running statistics. */
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

    /** Maximum over windows of (N,C,D,H,W). */
    public Tensor maxPool3d(Dims3 kernel, Dims3 stride, Dims3 padding) {
        return apply(new MaxPool3dOp(kernel, stride, padding), inLayout(device.activationLayout()));
    }

    /** Mean over bins: (N,C,D,H,W) to (N,C,output). */
    public Tensor adaptiveAvgPool3d(Dims3 output) {
        return apply(new AdaptiveAvgPool3dOp(output), inLayout(device.activationLayout()));
    }

    /** This (N,in) · weight (out,in)ᵀ. */
    public Tensor linear(Tensor weight) {
        return apply(new LinearOp(), this, weight);
    }

    /** This (N,in) · weight (out,in)ᵀ + bias (out). */
    public Tensor linear(Tensor weight, Tensor bias) {
        return apply(new LinearOp(), this, weight, bias);
    }

    /** Softmax of each row of (N,K). */
    public Tensor softmax() {
        return apply(new SoftmaxOp(), this);
    }

    /** Logarithm of the softmax of each row of (N,K). */
    public Tensor logSoftmax() {
        return apply(new LogSoftmaxOp(), this);
    }

    /** Mean cross-entropy of one class label per sample under these logits (N,K): a scalar. */
    public Tensor crossEntropy(int... labels) {
        return apply(new CrossEntropyOp(labels), this);
    }

    /**
     * Cross-entropy of one class label per sample under these logits (N,K), mean over the samples with the weight of
     * each one's class: a scalar.
     *
     * @param classWeights one of at least 0 per class; null for the plain mean
     */
    public Tensor crossEntropy(float[] classWeights, int... labels) {
        return apply(new CrossEntropyOp(labels, classWeights), this);
    }

    /** Mean binary cross-entropy of row-major targets from 0 to 1 under these logits (N,L): a scalar. */
    public Tensor bceWithLogits(float... targets) {
        return apply(new BceWithLogitsOp(targets), this);
    }

    /** The same numbers in row-major order under another shape. */
    public Tensor reshape(Shape newShape) {
        return apply(new ReshapeOp(newShape), inLayout(Layout.ROW_MAJOR));
    }

    /** All dimensions from {@code fromDimension} on made one: (N,C,D,H,W) to (N,C·D·H·W) for 1. */
    public Tensor flatten(int fromDimension) {
        return reshape(shape.flattenedFrom(fromDimension));
    }

    /** These tensors one behind the other along dimension {@code dimension}; all others must be equal. */
    public static Tensor concat(int dimension, Tensor... tensors) {
        Tensor[] rowMajor =
                Arrays.stream(tensors).map(t -> t.inLayout(Layout.ROW_MAJOR)).toArray(Tensor[]::new);
        return apply(new ConcatOp(dimension), rowMajor);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "Tensor%s on %s%s",
                shape,
                device.name(),
                node == null ? "" : " from " + node.op().name());
    }
}
