package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.Conv3dAlgorithm;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.cpu.acs.TiledAcsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.direct.TiledDirectConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.planar.Planar;
import dev.voxgrad.engine.op.conv3d.cpu.planar.TiledPlanarConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.pointwise.TiledPointwiseConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.TiledWinogradConv3d;

/**
 * Computes a convolution on the CPU whose input, output and gradients pass through functions of the caller, a few rows
 * or planes at a time, while they are in cache. Fused operations are built from it.
 */
public interface TiledConv3d {
    /** Returns the convolution by the algorithm that {@link Conv3dAlgorithm#of} chooses, for the forward pass. */
    static TiledConv3d of(CpuDevice device, Conv3dGeometry g) {
        return of(device, g, sizes -> Conv3dAlgorithm.of(device.convolution(), sizes));
    }

    /** Returns the convolution by the algorithm that {@link Conv3dAlgorithm#ofGradients} chooses, for gradients. */
    static TiledConv3d ofGradients(CpuDevice device, Conv3dGeometry g) {
        return of(device, g, sizes -> Conv3dAlgorithm.ofGradients(device.convolution(), sizes));
    }

    /** Returns the convolution by the algorithm that {@link Conv3dAlgorithm#ofInference} chooses, for inference. */
    static TiledConv3d ofInference(CpuDevice device, Conv3dGeometry g) {
        return of(device, g, sizes -> Conv3dAlgorithm.ofInference(device.convolution(), sizes));
    }

    private static TiledConv3d of(CpuDevice device, Conv3dGeometry g, Function<Conv3dGeometry, Conv3dAlgorithm> rule) {
        Conv3dAlgorithm algorithm = rule.apply(g);
        if (g.acs() != null && !algorithm.takesViews(g)) {
            AcsEmbedding embedding = AcsEmbedding.of(g);
            return new TiledAcsConv3d(device, g, embedding, of(device, embedding.dense(), rule));
        }
        return switch (algorithm) {
            case DIRECT -> new TiledDirectConv3d(device, g);
            case FEW_CHANNELS -> new TiledFewChannelsConv3d(device, g);
            case POINTWISE -> new TiledPointwiseConv3d(device, g);
            case WINOGRAD -> new TiledWinogradConv3d(device, g);
            case PLANAR, WINOGRAD4, WINOGRAD_PAIRS -> new TiledPlanarConv3d(device, Planar.of(algorithm, g));
        };
    }

    /** Returns all sizes of the convolution. */
    Conv3dGeometry geometry();

    /**
     * Returns how many floats a voxel takes as a {@link VoxelReader} writes and an {@link InputGradientWriter} or
     * {@link VoxelWriter} reads it.
     */
    int inputVoxel();

    /** Returns the layout of the output planes and their gradients that are handed over. */
    PlaneLayout outputLayout();

    /** Returns how many tasks call the writer of {@link #forward}; they are numbered from 0. */
    int forwardTasks();

    /** Returns how many tasks call the writer of {@link #backward}; they are numbered from 0. */
    int backwardTasks();

    /**
     * Computes the forward pass.
     *
     * @param weight row-major (O,C/groups,KD,KH,KW); for an ACS convolution (O,C,k,k)
     * @param factors one factor per output channel, multiplied into its weights; null for none
     * @param bias (O), or null for none
     */
    void forward(VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, PlaneWriter y);

    /**
     * Computes the gradients.
     *
     * @param dw the result (O,C/groups,KD,KH,KW), overwritten
     * @param dx receives the input gradient; null if it is not required
     */
    void backward(
            VoxelReader x, PlaneReader dy, float @Nullable [] weight, float[] dw, @Nullable InputGradientWriter dx);

    /**
     * Computes the forward pass for a writer of voxels, as an output that is not pooled allows.
     *
     * @param weight row-major (O,C/groups,KD,KH,KW); for an ACS convolution (O,C,k,k)
     * @param factors one factor per output channel, multiplied into its weights; null for none
     * @param bias (O), or null for none
     * @param y receives the output in runs of voxels, a row at a time unless the algorithm says otherwise
     */
    @SuppressWarnings("overloads") // writers are variables, whose types say which form is meant
    default void forward(
            VoxelReader x, float[] weight, float @Nullable [] factors, float @Nullable [] bias, VoxelWriter y) {
        forward(x, weight, factors, bias, outputLayout().rowsTo(y));
    }

    /**
     * Computes the gradients from an output gradient that is read voxel by voxel.
     *
     * @param dy provides the output gradient, {@code outputLayout().voxel()} floats for each voxel
     * @param dw the result (O,C/groups,KD,KH,KW), overwritten
     * @param dx receives the input gradient, {@link #inputVoxel} floats for each voxel; null if it is not required
     */
    default void backward(
            VoxelReader x, VoxelReader dy, float @Nullable [] weight, float[] dw, @Nullable VoxelWriter dx) {
        InputGradientWriter planes =
                dx == null ? null : InputGradientWriter.rowsTo(dx, geometry().input(), inputVoxel());
        backward(x, outputLayout().rowsFrom(dy), weight, dw, planes);
    }
}
