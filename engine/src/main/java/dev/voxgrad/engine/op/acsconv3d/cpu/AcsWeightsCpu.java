package dev.voxgrad.engine.op.acsconv3d.cpu;

import java.util.Arrays;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.acsconv3d.AcsEmbedding;
import dev.voxgrad.engine.op.acsconv3d.AcsWeights;

/** {@link AcsWeights} on the CPU: each output channel is a task. */
public record AcsWeightsCpu(CpuDevice device) implements AcsWeights {
    @Override
    public void embed(AcsEmbedding embedding, Tensor weight, Tensor dense) {
        embed(embedding, CpuStorage.array(weight), CpuStorage.array(dense));
    }

    @Override
    public void extract(AcsEmbedding embedding, Tensor dense, Tensor weight) {
        extract(embedding, CpuStorage.array(dense), CpuStorage.array(weight));
    }

    /** Writes the whole dense weight. */
    void embed(AcsEmbedding embedding, float[] weight, float[] dense) {
        int perOutput =
                embedding.dense().groupInputs() * embedding.dense().kernel().product();
        device.parallel(embedding.dense().outputChannels(), output -> {
            Arrays.fill(dense, output * perOutput, (output + 1) * perOutput, 0);
            forEach(embedding, output, (sparse, full) -> dense[full] = weight[sparse]);
        });
    }

    /** Reads the elements of the 2D kernels. */
    void extract(AcsEmbedding embedding, float[] dense, float[] weight) {
        device.parallel(
                embedding.dense().outputChannels(),
                output -> forEach(embedding, output, (sparse, full) -> weight[sparse] = dense[full]));
    }

    /** Processes the index of an element of the weight, and its index in the dense weight. */
    @FunctionalInterface
    private interface Pair {
        void visit(int sparse, int full);
    }

    private static void forEach(AcsEmbedding embedding, int output, Pair pair) {
        int view = embedding.split().view(output);
        int origin = embedding.origin(view);
        int rowStep = embedding.rowStep(view);
        int columnStep = embedding.columnStep(view);
        int edge = embedding.edge();
        int inputs = embedding.dense().groupInputs();
        int taps = embedding.dense().kernel().product();
        int sparse = output * inputs * edge * edge;
        for (int kernel = output * inputs; kernel < (output + 1) * inputs; kernel++) {
            for (int row = 0; row < edge; row++) {
                for (int column = 0; column < edge; column++) {
                    pair.visit(sparse++, kernel * taps + origin + row * rowStep + column * columnStep);
                }
            }
        }
    }
}
