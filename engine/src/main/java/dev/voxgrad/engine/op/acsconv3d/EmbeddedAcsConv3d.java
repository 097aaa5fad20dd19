package dev.voxgrad.engine.op.acsconv3d;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;

/**
 * Computes an ACS convolution as the ordinary convolution that it is equal to.
 *
 * @param weights copies between the two weights
 * @param kernels the device's kernels of ordinary convolutions
 */
record EmbeddedAcsConv3d(AcsWeights weights, Conv3dKernels kernels) implements Conv3dKernels {
    @Override
    public void forward(Conv3dGeometry g, Tensor input, Tensor weight, @Nullable Tensor bias, Tensor output) {
        AcsEmbedding embedding = AcsEmbedding.of(g);
        Tensor dense = embed(embedding, weight);
        kernels.forward(embedding.dense(), input, dense, bias, output);
        dense.release();
    }

    @Override
    public void gradInput(Conv3dGeometry g, Tensor gradOutput, Tensor weight, Tensor gradInput) {
        AcsEmbedding embedding = AcsEmbedding.of(g);
        Tensor dense = embed(embedding, weight);
        kernels.gradInput(embedding.dense(), gradOutput, dense, gradInput);
        dense.release();
    }

    @Override
    public void gradWeight(Conv3dGeometry g, Tensor input, Tensor gradOutput, Tensor gradWeight) {
        AcsEmbedding embedding = AcsEmbedding.of(g);
        Tensor dense = Tensor.empty(gradWeight.device(), embedding.denseShape(), Layout.ROW_MAJOR);
        kernels.gradWeight(embedding.dense(), input, gradOutput, dense);
        weights.extract(embedding, dense, gradWeight);
        dense.release();
    }

    @Override
    public void gradBias(Conv3dGeometry g, Tensor gradOutput, Tensor gradBias) {
        kernels.gradBias(AcsEmbedding.of(g).dense(), gradOutput, gradBias);
    }

    private Tensor embed(AcsEmbedding embedding, Tensor weight) {
        Tensor dense = Tensor.empty(weight.device(), embedding.denseShape(), Layout.ROW_MAJOR);
        weights.embed(embedding, weight, dense);
        return dense;
    }
}
