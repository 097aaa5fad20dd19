package dev.voxgrad.bench.gpu;

import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepFlop;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.nets.NetSummary;
import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Counts the work of a step by definition, however it is done.
 *
 * @param trainFlop the floating-point operations of a training step in convolutions and linear layers, by direct
 *     convolution; the volumes themselves get no gradient
 * @param inferFlop the floating-point operations of an inference
 * @param trainBytes the bytes of activations that the passes of a training step read and write, completely and once per
 *     pass, and the bytes of parameters and their state in AdamW's update. Weights, sums and cuDNN's scratch memory,
 *     which are small or unknown, are left out, and caches may save some: it is a yardstick, not a measurement. NaN for
 *     other nets than the study's, whose bytes are not counted
 * @param inferBytes the bytes of an inference; NaN likewise
 */
record StepWork(double trainFlop, double inferFlop, double trainBytes, double inferBytes) {
    /** AdamW reads gradient, parameter and two moments, and writes three of them. */
    private static final int UPDATE_BYTES = 7 * Float.BYTES;

    /** Counts the work of a batch on a GPU that runs convolution, batch norm, ReLU and pool as one operation. */
    static StepWork of(StepCase work, Precision precision) {
        NetSummary summary = NetSummary.of(work.net(), work.volume(), StepCase.CLASSES);
        StepFlop flop = StepFlop.of(summary, work.batch());
        if (!(work.net() instanceof StudyNet net)) {
            return new StepWork(flop.train(), flop.infer(), Double.NaN, Double.NaN);
        }
        Traffic traffic = new Traffic();
        int channels = 1;
        int edge = work.size();
        for (int width : net.widths()) {
            double input = (double) work.batch() * channels * edge * edge * edge;
            double output = (double) work.batch() * width * edge * edge * edge;
            edge /= 2;
            double pooled = (double) work.batch() * width * edge * edge * edge;
            traffic.unit(input, output, output, channels > 1);
            traffic.unit(output, output, pooled, true);
            channels = width;
        }
        int each = precision.activations().bytes();
        return new StepWork(
                flop.train(),
                flop.infer(),
                each * traffic.train + UPDATE_BYTES * (double) summary.parameters(),
                each * traffic.infer);
    }

    /** Counts the values of activations that are read and written. */
    private static final class Traffic {
        private double train;
        private double infer;

        /**
         * Adds a convolution with batch norm, ReLU and, if {@code result} is smaller than {@code output}, a pool.
         *
         * @param input the number of values of the convolution's input x
         * @param output the number of values of its output z
         * @param result the number of values of the result a of ReLU or the pool
         * @param inputGradient whether dx is required
         */
        void unit(double input, double output, double result, boolean inputGradient) {
            double convolution = input + output; // x → z
            double normalise = output + result; // z → a
            double statistics = output; // of z
            double normGradient = output + result + output + result + output; // z, da → sums; z, da → dz
            double weightGradient = input + output; // x, dz → dw
            infer += convolution + normalise;
            train += convolution
                    + statistics
                    + normalise
                    + normGradient
                    + weightGradient
                    + (inputGradient ? output + input : 0); // dz, w → dx
        }
    }
}
