package dev.voxgrad.engine.autograd;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.trace.OpCall;

/**
 * Carries what one application of an {@link Op} passes from its forward to its backward: the shapes, which gradients
 * are required, and the saved tensors.
 */
public final class Context {
    private final Op op;
    private final Tensor[] inputs;
    private final Shape[] inputShapes;
    private final Shape outputShape;
    private final boolean[] needsGradient;
    private final boolean tracksGradients;
    private final @Nullable String layer;
    private final List<Saved> saved = new ArrayList<>(3);
    private boolean released;

    /** A second handle on a saved tensor, and how often its values had been changed when it was saved. */
    private record Saved(Tensor tensor, int version) {}

    /**
     * Asks {@code op} for the shape of its result. For {@link Tensor#apply}.
     *
     * @param needsGradient one flag for each input
     * @param tracksGradients false if no backward can follow
     * @param layer full name of the layer that applies the operation; null while nothing is traced
     * @throws dev.voxgrad.engine.ShapeException if the inputs do not fit
     */
    public Context(Op op, Tensor[] inputs, boolean[] needsGradient, boolean tracksGradients, @Nullable String layer) {
        this.op = op;
        this.inputs = inputs;
        this.inputShapes = Arrays.stream(inputs).map(Tensor::shape).toArray(Shape[]::new);
        this.outputShape = op.outputShape(inputShapes);
        this.needsGradient = needsGradient;
        this.tracksGradients = tracksGradients;
        this.layer = layer;
        OpContract.requireShape(op, outputShape);
    }

    /** Returns the number of inputs, for operations some of whose inputs are optional. */
    public int inputs() {
        return inputShapes.length;
    }

    /** Returns the shape of input {@code index}, for a backward that needs nothing else of it. */
    public Shape inputShape(int index) {
        return inputShapes[index];
    }

    /** Returns the shapes of all inputs. */
    public List<Shape> inputShapes() {
        return List.of(inputShapes);
    }

    /** Returns the shape that {@link Op#outputShape} returned. */
    public Shape outputShape() {
        return outputShape;
    }

    /** Returns whether a backward may follow, so that the forward must save what that needs. */
    public boolean tracksGradients() {
        return tracksGradients;
    }

    /** Returns whether the gradient of input {@code index} is required. */
    public boolean needsGradient(int index) {
        return needsGradient[index];
    }

    /**
     * Keeps these tensors' memory until the backward has run, and remembers the version of their values. Does nothing
     * if no backward can follow.
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
     * @throws IllegalStateException if its values were changed in place since, or the backward was already run
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
     * one. Unlike {@link #saved}, this does not read the saved values, so they may have changed since.
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
            throw new IllegalStateException(op.name() + ": its backward reads saved tensor " + index
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

    /** Returns the full name of the layer that applied the operation, {@code layer1.0}; null if it was not traced. */
    public @Nullable String layer() {
        return layer;
    }

    /** Describes this application for a profile. If no tensor can be saved, all inputs count as if they were. */
    OpCall call() {
        long savedElements = (tracksGradients ? saved.stream().map(Saved::tensor) : Arrays.stream(inputs))
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        return new OpCall(inputShapes(), outputShape, needsGradient, savedElements);
    }

    /** Releases everything saved; a second backward through this node is then refused. */
    void release() {
        released = true;
        saved.forEach(each -> each.tensor.release());
        saved.clear();
    }

    boolean isReleased() {
        return released;
    }
}
