package dev.voxgrad.engine.autograd;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/** What one application of an {@link Op} carries from its forward to its backward. */
public final class Context {
    private final Shape[] inputShapes;
    private final Shape outputShape;
    private final boolean[] needsGradient;
    private final boolean recording;
    private final List<Tensor> saved = new ArrayList<>(3);
    private boolean released;

    /** For {@link Tensor#apply}; {@code recording} is false where no backward can follow. */
    public Context(Shape[] inputShapes, Shape outputShape, boolean[] needsGradient, boolean recording) {
        this.inputShapes = inputShapes;
        this.outputShape = outputShape;
        this.needsGradient = needsGradient;
        this.recording = recording;
    }

    /** How many inputs there were, where some are optional. */
    public int inputs() {
        return inputShapes.length;
    }

    /** The shape of input {@code index}, for a backward that needs no more of it. */
    public Shape inputShape(int index) {
        return inputShapes[index];
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
