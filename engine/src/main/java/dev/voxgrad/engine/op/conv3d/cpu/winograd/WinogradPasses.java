package dev.voxgrad.engine.op.conv3d.cpu.winograd;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.cpu.InputGradientWriter;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneReader;
import dev.voxgrad.engine.op.conv3d.cpu.PlaneWriter;
import dev.voxgrad.engine.op.conv3d.cpu.VoxelReader;

/**
 * Names the two passes of {@link Winograd}, each of which has two forms: block by block of tiles
 * ({@link WinogradForward}, {@link WinogradBackward}), or in {@link Stages} over many tiles.
 */
final class WinogradPasses {
    private WinogradPasses() {}

    /** Computes the forward pass. */
    interface Forward {
        /** Returns the faster form for these sizes. */
        static Forward of(CpuDevice device, Winograd w) {
            return Stages.pay(w) ? new StagedForward(device, new Stages(w)) : new WinogradForward(device, w);
        }

        /** Returns how many tasks call the writer. */
        int tasks();

        /**
         * Convolves on all threads.
         *
         * @param u transformed weights, [position][block of output channels][input channel][2 vectors of output
         *     channels]
         * @param biases one value per padded output channel
         */
        void run(VoxelReader x, float[] u, float[] biases, PlaneWriter y);
    }

    /** Computes both gradients. */
    interface Backward {
        /** Returns the faster form for these sizes. */
        static Backward of(CpuDevice device, Winograd w) {
            return Stages.pay(w) ? new StagedBackward(device, new Stages(w)) : new WinogradBackward(device, w);
        }

        /** Returns how many tasks call the {@link InputGradientWriter}. */
        int tasks();

        /**
         * Runs on all threads.
         *
         * @param x the convolution's input; null if {@code dw} is
         * @param dy fills the output gradient's planes
         * @param dw the result (O,C,3,3,3), overwritten; null if it is not required
         * @param u weights as {@link WinogradWeights#gradInput} returns them; null if {@code dx} is
         * @param dx receives the input gradient; null if it is not required
         */
        void run(
                @Nullable VoxelReader x,
                PlaneReader dy,
                float @Nullable [] dw,
                float @Nullable [] u,
                @Nullable InputGradientWriter dx);
    }
}
