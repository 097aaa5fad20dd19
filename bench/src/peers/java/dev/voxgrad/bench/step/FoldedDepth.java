package dev.voxgrad.bench.step;

import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reshapes volumes (N,C,S,S,S) to images (N,C,S·S,S), or back, without copying if the values are in that order.
 *
 * <p>DL4J's batch norm rejects arrays of five dimensions. Its statistics are per channel over all other dimensions, so
 * folding depth into height gives it the same work.
 *
 * @param toImages true before batch norm, false after it
 */
record FoldedDepth(int channels, int size, boolean toImages) implements InputPreProcessor {
    private static final long serialVersionUID = 1;

    private INDArray folded(INDArray volumes) {
        return volumes.reshape('c', volumes.size(0), channels, (long) size * size, size);
    }

    private INDArray unfolded(INDArray images) {
        return images.reshape('c', images.size(0), channels, size, size, size);
    }

    @Override
    public INDArray preProcess(INDArray input, int batch, LayerWorkspaceMgr workspaces) {
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, toImages ? folded(input) : unfolded(input));
    }

    @Override
    public INDArray backprop(INDArray gradient, int batch, LayerWorkspaceMgr workspaces) {
        return workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, toImages ? unfolded(gradient) : folded(gradient));
    }

    @Override
    public InputType getOutputType(InputType input) {
        return toImages
                ? InputType.convolutional((long) size * size, size, channels)
                : InputType.convolutional3D(Convolution3D.DataFormat.NCDHW, size, size, size, channels);
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArray(INDArray mask, MaskState state, int batch) {
        return Pair.of(mask, state);
    }

    @Override
    public InputPreProcessor clone() {
        return this;
    }
}
