package dev.voxgrad.engine.op.acsconv3d;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;

/** Copies between the weight of an ACS convolution, (O,C/groups,k,k), and that of the equal dense convolution. */
public interface AcsWeights {
    /** Writes the whole dense weight: the elements of the 2D kernels, and zeros. */
    void embed(AcsEmbedding embedding, Tensor weight, Tensor dense);

    /** Reads the elements of the 2D kernels from a dense weight or its gradient; the others are ignored. */
    void extract(AcsEmbedding embedding, Tensor dense, Tensor weight);
}
