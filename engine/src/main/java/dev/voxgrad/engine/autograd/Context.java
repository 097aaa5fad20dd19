package dev.voxgrad.engine.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/** What one application of an {@link Op} carries from its forward to its backward. */
public final class Context {
    private final Shape[] inputShapes;
    private final Shape outputShape;
    private final boolean[] needsGradient;
    private final boolean recording;
    private final String layer;
    private final List<Tensor> saved = new ArrayList<>(3);
    private boolean released;

    /**
     * For {@link Tensor#apply}.
     *
     * @param recording false where no backward can follow
     * @param layer full name of the layer that applies the operation; null where nothing is traced
     */
    public Context(
            Shape[] inputShapes, Shape outputShape, boolean[] needsGradient, boolean recording, String layer) {
        this.inputShapes = inputShapes;
        this.outputShape = outputShape;
        this.needsGradient = needsGradient;
        this.recording = recording;
        this.layer = layer;
    }

    /** For {@link Op#work} alone: of an operation that isn't applied, but would need all gradients. */
    public static Context ofShapes(String layer, Shape output, Shape... inputs) {
        boolean[] needsGradient = new boolean[inputs.length];
        Arrays.fill(needsGradient, true);
        return new Context(inputs, output, needsGradient, false, layer);
    }

    /** How many inputs there were, where some are optional. */
    public int inputs() {
        return inputShapes.length;
    }

    /** The shape of input {@code index}, for a backward that needs no more of it. */
    public Shape inputShape(int index) {
        return inputShapes[index];
    }

    /** The shapes of all inputs. */
    public List<Shape> inputShapes() {
        return List.of(inputShapes);
    }

    /** Full name of the layer that applied the operation, {@code layer1.0}; null where nothing is traced. */
    public String layer() {
        return layer;
    }

    /** What {@link Op#outputShape} answered. */
    public Shape outputShape() {
        return outputShape;
    }

    /** True if a backward may follow, so that forward must save what it needs. */
    public boolean recording() {
        return recording;
    }

    /** True if somebody asks for the gradient of input {@code index}. */
    public boolean needsGradient(int index) {
        return needsGradient[index];
    }

    /** Keeps these tensors' memory until the backward has run. Does nothing where no backward can follow. */
    public void save(Tensor... tensors) {
        if (recording) {
            for (Tensor tensor : tensors) {
                saved.add(tensor.detach());
            }
        }
    }

    /** The {@code index}-th saved tensor. */
    public Tensor saved(int index) {
        if (released) {
            throw new IllegalStateException("backward was already run through this graph, and what the forward had "
                    + "saved was freed then; run the forward again");
        }
        return saved.get(index);
    }

    /** How many numbers a forward reads and writes: its inputs and its result. */
    public long forwardElements() {
        return inputElements() + outputShape.elements();
    }

    /**
     * How many numbers a backward reads and writes: the result's gradient, what the forward saved (all inputs, where
     * none can have), and the gradients that are wanted.
     */
    public long backwardElements() {
        long elements = outputShape.elements();
        for (int i = 0; i < inputShapes.length; i++) {
            elements += needsGradient[i] ? inputShapes[i].elements() : 0;
        }
        return elements + (recording ? saved.stream().mapToLong(s -> s.shape().elements()).sum() : inputElements());
    }

    private long inputElements() {
        return Arrays.stream(inputShapes).mapToLong(Shape::elements).sum();
    }

    /** Lets go of everything saved; a second backward through this node is then refused. */
    void release() {
        released = true;
        saved.forEach(Tensor::release);
        saved.clear();
    }

    boolean isReleased() {
        return released;
    }
}
