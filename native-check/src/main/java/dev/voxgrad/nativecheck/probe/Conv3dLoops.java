package dev.voxgrad.nativecheck.probe;

/**
 * Computes the three passes of a 3D convolution with plain loops: kernel 3, stride 1, padding 1, so that outputs are as
 * large as inputs. Input (N, C, S, S, S), weight (K, C, 3, 3, 3), output (N, K, S, S, S), all contiguous.
 *
 * @param batch N
 * @param inputChannels C
 * @param outputChannels K
 * @param side S
 */
record Conv3dLoops(int batch, int inputChannels, int outputChannels, int side) {
    static final int KERNEL = 3;
    static final int PADDING = 1;
    private static final int TAPS = KERNEL * KERNEL * KERNEL;

    /** Receives the indices of one input, one weight, and the output to which their product contributes. */
    private interface ProductVisitor {
        void accept(int input, int weight, int output);
    }

    int inputLength() {
        return batch * inputChannels * side * side * side;
    }

    int weightLength() {
        return outputChannels * inputChannels * TAPS;
    }

    int outputLength() {
        return batch * outputChannels * side * side * side;
    }

    /** Computes y[n, k, o] = Σ x[n, c, o + t - 1] w[k, c, t]. */
    double[] forward(float[] input, float[] weight) {
        double[] output = new double[outputLength()];
        forEach((x, w, y) -> output[y] += (double) input[x] * weight[w]);
        return output;
    }

    /** Computes the gradient of the input from the gradient of the output. */
    double[] backwardData(float[] weight, float[] gradOutput) {
        double[] gradInput = new double[inputLength()];
        forEach((x, w, y) -> gradInput[x] += (double) weight[w] * gradOutput[y]);
        return gradInput;
    }

    /** Computes the gradient of the weight from the gradient of the output. */
    double[] backwardFilter(float[] input, float[] gradOutput) {
        double[] gradWeight = new double[weightLength()];
        forEach((x, w, y) -> gradWeight[w] += (double) input[x] * gradOutput[y]);
        return gradWeight;
    }

    private void forEach(ProductVisitor visitor) {
        for (int n = 0; n < batch; n++) {
            for (int k = 0; k < outputChannels; k++) {
                for (int c = 0; c < inputChannels; c++) {
                    for (int tap = 0; tap < TAPS; tap++) {
                        forEachVoxel(
                                visitor,
                                n * inputChannels + c,
                                (k * inputChannels + c) * TAPS + tap,
                                n * outputChannels + k,
                                tap);
                    }
                }
            }
        }
    }

    /** Visits one tap of the kernel over one channel; voxels in the padding are zero and skipped. */
    private void forEachVoxel(ProductVisitor visitor, int inputPlane, int weight, int outputPlane, int tap) {
        int shiftZ = tap / (KERNEL * KERNEL) - PADDING;
        int shiftY = tap / KERNEL % KERNEL - PADDING;
        int shiftX = tap % KERNEL - PADDING;
        for (int z = Math.max(0, -shiftZ); z < Math.min(side, side - shiftZ); z++) {
            for (int y = Math.max(0, -shiftY); y < Math.min(side, side - shiftY); y++) {
                for (int x = Math.max(0, -shiftX); x < Math.min(side, side - shiftX); x++) {
                    int input = ((inputPlane * side + z + shiftZ) * side + y + shiftY) * side + x + shiftX;
                    visitor.accept(input, weight, ((outputPlane * side + z) * side + y) * side + x);
                }
            }
        }
    }
}
