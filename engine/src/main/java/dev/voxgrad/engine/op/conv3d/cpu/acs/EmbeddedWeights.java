package dev.voxgrad.engine.op.conv3d.cpu.acs;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;

/**
 * Copies between the weight of an ACS convolution, (O,C/groups,k,k), and that of the equal dense convolution. Each
 * output channel is a task.
 */
public record EmbeddedWeights(CpuDevice device, AcsEmbedding embedding) {
    /** Writes the whole dense weight: the elements of the 2D kernels, and zeros. */
    public void embed(float[] weight, float[] dense) {
        int perOutput =
                embedding.dense().groupInputs() * embedding.dense().kernel().product();
        device.parallel(embedding.dense().outputChannels(), output -> {
            Arrays.fill(dense, output * perOutput, (output + 1) * perOutput, 0);
            forEach(output, (sparse, full) -> dense[full] = weight[sparse]);
        });
    }

    /** Reads the elements of the 2D kernels from a dense weight or its gradient. */
    public void extract(float[] dense, float[] weight) {
        device.parallel(
                embedding.dense().outputChannels(),
                output -> forEach(output, (sparse, full) -> weight[sparse] = dense[full]));
    }

    /** Processes the index of an element of the weight, and its index in the dense weight. */
    @FunctionalInterface
    private interface Pair {
        void visit(int sparse, int full);
    }

    private void forEach(int output, Pair pair) {
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
