package dev.voxgrad.engine.op.acsconv3d.cuda;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.op.acsconv3d.AcsWeights;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;

/** {@link AcsWeights} on a GPU: each element of the ACS convolution's weight is a thread. */
public record AcsWeightsCuda(CudaDevice device) implements AcsWeights {
    private static final CudaSource SOURCE = new CudaSource(AcsWeightsCuda.class, "acsconv3d");

    @Override
    public void embed(AcsEmbedding embedding, Tensor weight, Tensor dense) {
        device.fill(dense.storage(), 0);
        for (int view = 0; view < 3; view++) {
            run("embed_view", embedding, view, weight, dense);
        }
    }

    @Override
    public void extract(AcsEmbedding embedding, Tensor dense, Tensor weight) {
        for (int view = 0; view < 3; view++) {
            run("extract_view", embedding, view, dense, weight);
        }
    }

    private void run(String kernel, AcsEmbedding embedding, int view, Tensor from, Tensor to) {
        int perOutput = embedding.dense().groupInputs() * embedding.edge() * embedding.edge();
        int n = embedding.split().count(view) * perOutput;
        if (n == 0) {
            return;
        }
        device.kernel(SOURCE, kernel)
                .floats(from)
                .out(to)
                .i32(embedding.split().first(view) * perOutput)
                .i32(embedding.edge())
                .i32(embedding.dense().kernel().product())
                .i32(embedding.origin(view))
                .i32(embedding.rowStep(view))
                .i32(embedding.columnStep(view))
                .i32(n)
                .over(n);
    }
}
