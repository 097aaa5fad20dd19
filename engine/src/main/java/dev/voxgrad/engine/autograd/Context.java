package dev.voxgrad.engine.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/** What one application of an {@link Op} carries from its forward to its backward. */
public final class Context {
    private final Op op;
    private final Tensor[] inputs;
    private final Shape[] inputShapes;
    private final Shape outputShape;
    private final boolean[] needsGradient;
    private final boolean tracksGradients;
    private final String layer;
    private final List<Saved> saved = new ArrayList<>(3);
    private boolean released;

    /** A second handle on a saved tensor, and how often its numbers had been changed when it was saved. */
    private record Saved(Tensor tensor, int version) {}

    /**
     * For {@link Tensor#apply}: asks {@code op} for the shape of its result.
     *
     * @param needsGradient one flag for each input
     * @param tracksGradients false where no backward can follow
     * @param layer full name of the layer that applies the operation; null where nothing is traced
     * @throws dev.voxgrad.engine.ShapeException if the inputs do not fit
     */
    public Context(Op op, Tensor[] inputs, boolean[] needsGradient, boolean tracksGradients, String layer) {
        this.op = op;
        this.inputs = inputs;
        this.inputShapes = Arrays.stream(inputs).map(Tensor::shape).toArray(Shape[]::new);
        this.outputShape = op.outputShape(inputShapes);
        this.needsGradient = needsGradient;
        this.tracksGradients = tracksGradients;
        this.layer = layer;
        OpContract.requireShape(op, outputShape);
    }

    private Context(String layer, Shape outputShape, Shape[] inputShapes, boolean[] needsGradient) {
        this.op = null;
        this.inputs = null;
        this.inputShapes = inputShapes;
        this.outputShape = outputShape;
        this.needsGradient = needsGradient;
        this.tracksGradients = false;
        this.layer = layer;
    }

    /** For {@link Op#work} alone: of an operation that isn't applied, but would need all gradients. */
    public static Context ofShapes(String layer, Shape output, Shape... inputs) {
        boolean[] needsGradient = new boolean[inputs.length];
        Arrays.fill(needsGradient, true);
        return new Context(layer, output, inputs, needsGradient);
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
    public boolean tracksGradients() {
        return tracksGradients;
    }

    /** True if somebody asks for the gradient of input {@code index}. */
    public boolean needsGradient(int index) {
        return needsGradient[index];
    }

    /**
     * Keeps these tensors' memory until the backward has run, and remembers the state of their numbers. Does nothing
     * where no backward can follow.
     */
    public void save(Tensor... tensors) {
        if (tracksGradients) {
            for (Tensor tensor : tensors) {
                saved.add(new Saved(tensor.detach(), tensor.storage().version()));
            }
        }
    }

    /**
     * Returns the {@code index}-th saved tensor.
     *
     * @throws IllegalStateException if its numbers were changed in place since, or the backward was already run
     */
    public Tensor saved(int index) {
        Saved found = find(index);
        if (found.tensor.storage().version() != found.version) {
            throw changed(found.tensor);
        }
        return found.tensor;
    }

    /**
     * Returns a tensor of unspecified contents on the device and in the shape and layout of the {@code index}-th saved
     * one. In contrast to {@link #saved}, the saved numbers may have changed since: they are not read.
     */
    public Tensor emptyLikeSaved(int index) {
        return find(index).tensor.emptyLike();
    }

    private Saved find(int index) {
        if (released) {
            throw new IllegalStateException("backward was already run through this graph, and what the forward had "
                    + "saved was freed then; run the forward again");
        }
        if (index < 0 || index >= saved.size()) {
            throw new IllegalStateException(op.name() + ": its backward wants saved tensor " + index
                    + ", but its forward saved " + saved.size());
        }
        return saved.get(index);
    }

    private IllegalStateException changed(Tensor tensor) {
        return new IllegalStateException(op.name() + (layer == null || layer.isEmpty() ? "" : " of layer " + layer)
                + ": " + role(tensor) + " " + tensor.shape() + " was changed in place after the forward pass had saved "
                + "it (by an optimiser's step, loadStateDict, or a write), so the gradient would be wrong; run "
                + "backward before the change, or the forward pass again after it");
    }

    private String role(Tensor tensor) {
        for (int i = 0; i < inputs.length; i++) {
            if (inputs[i].sharesMemoryWith(tensor)) {
                return op.inputName(i);
            }
        }
        return "its result, or a part of it,";
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
        return elements
                + (tracksGradients
                        ? saved.stream()
                                .mapToLong(s -> s.tensor.shape().elements())
                                .sum()
                        : inputElements());
    }

    private long inputElements() {
        return Arrays.stream(inputShapes).mapToLong(Shape::elements).sum();
    }

    /** Lets go of everything saved; a second backward through this node is then refused. */
    void release() {
        released = true;
        saved.forEach(each -> each.tensor.release());
        saved.clear();
    }

    boolean isReleased() {
        return released;
    }
}
