package dev.voxgrad.engine.op.conv3d;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.engine.op.conv3d.cpu.TiledConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.direct.DirectPasses;
import dev.voxgrad.engine.op.conv3d.cpu.direct.PackedWeights;
import dev.voxgrad.engine.op.conv3d.cpu.few.TiledFewChannelsConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.planar.Planar;
import dev.voxgrad.engine.op.conv3d.cpu.planar.PlanarWork;
import dev.voxgrad.engine.op.conv3d.cpu.pointwise.TiledPointwiseConv3d;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.Winograd;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.WinogradTransforms;
import dev.voxgrad.engine.op.conv3d.cpu.winograd.WinogradWeights;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/** Counts the work of each pass of a convolution: by its definition, and as the CPU's kernels do it. */
public final class Conv3dWork {
    /**
     * Additions that {@link WinogradTransforms} makes for one tile and channel: of inputs, from 4³ values to 4³, of
     * which neighbours along w share half until the last step (what the first tile of a row takes in addition is not
     * included), …
     */
    private static final long INPUT = 128;
    /** … of outputs, from 4³ to 2³, with the bias, … */
    private static final long OUTPUT = 120;
    /** … of output gradients, from 2³ to 4³, and … */
    private static final long OUTPUT_GRADIENT = 56;
    /** … of input gradients, from 4³ to 4³, added to those of other tiles. */
    private static final long INPUT_GRADIENT = 224;
    /** Operations of {@link WinogradWeights} for one kernel: 5 for each of 48 lines. */
    private static final long WEIGHT = 240;
    /** The same for the gradient of one kernel: 6 for each line; summing up the parts is not included. */
    private static final long WEIGHT_GRADIENT = 288;

    private Conv3dWork() {}

    /** Counts a pass of the operation: {@link Pass#BACKWARD} is the sum of the gradients that are required. */
    static Work of(Device device, Conv3dGeometry g, Pass pass, OpCall call) {
        if (pass == Pass.FORWARD) {
            long bias = call.inputs().size() > 2 ? g.outputChannels() : 0;
            return of(device, g, pass, inputs(g) + weights(g) + bias + outputs(g));
        }
        if (pass != Pass.BACKWARD) {
            return gradient(device, g, pass);
        }
        Work sum = Work.NONE;
        Pass[] passes = {Pass.GRAD_INPUT, Pass.GRAD_WEIGHT, Pass.GRAD_BIAS};
        for (int i = 0; i < call.inputs().size(); i++) {
            sum = call.needsGradient(i) ? sum.plus(gradient(device, g, passes[i])) : sum;
        }
        return sum;
    }

    /** Counts one gradient: those of input and weight touch input, weight and output, that of the bias two of them. */
    static Work gradient(Device device, Conv3dGeometry g, Pass pass) {
        long elements = pass == Pass.GRAD_BIAS ? g.outputChannels() + outputs(g) : inputs(g) + weights(g) + outputs(g);
        return of(device, g, pass, elements);
    }

    /** Counts one pass with a kernel of its own that reads or writes {@code elements} values. */
    static Work of(Device device, Conv3dGeometry g, Pass pass, long elements) {
        return of(device, g, pass, true, elements);
    }

    /**
     * Counts a pass.
     *
     * @param training whether a forward pass is one of training, or may be
     */
    private static Work of(Device device, Conv3dGeometry g, Pass pass, boolean training, long elements) {
        long outputs = outputs(g);
        if (pass == Pass.GRAD_BIAS) {
            return Work.direct(outputs, elements);
        }
        long direct = 2 * outputs * g.groupInputs() * g.taps();
        boolean asItIs = g.acs() == null || algorithm(device, g, pass, training).takesViews(g);
        Conv3dGeometry run = asItIs ? g : AcsEmbedding.of(g).dense();
        Conv3dAlgorithm algorithm = algorithm(device, run, pass, training);
        long executed = switch (device) {
            case CpuDevice cpu ->
                switch (algorithm) {
                    case WINOGRAD -> winograd(new Winograd(run), pass);
                    case PLANAR, WINOGRAD4, WINOGRAD_PAIRS -> new PlanarWork(cpu, Planar.of(algorithm, run)).flop(pass);
                    case FEW_CHANNELS ->
                        pass == Pass.GRAD_INPUT
                                ? DirectPasses.of(cpu, run).flop(pass)
                                : new TiledFewChannelsConv3d(cpu, run).flop(pass);
                    case POINTWISE -> new TiledPointwiseConv3d(cpu, run).flop(pass);
                    case DIRECT -> DirectPasses.of(cpu, run).flop(pass);
                };
            case CudaDevice cuda -> direct; // cuDNN does not report it
            case ReferenceDevice reference -> direct;
        };
        return new Work(algorithm.label(), direct, executed, 4 * elements);
    }

    private static Conv3dAlgorithm algorithm(Device device, Conv3dGeometry g, Pass pass, boolean training) {
        ConvolutionMode mode = device.convolution();
        if (pass != Pass.FORWARD) {
            return Conv3dAlgorithm.ofGradients(mode, g);
        }
        return training ? Conv3dAlgorithm.of(mode, g) : Conv3dAlgorithm.ofInference(mode, g);
    }

    /** Counts {@link TiledConv3d#forward} in training, which reads its input and writes its output. */
    public static Work forward(CpuDevice device, Conv3dGeometry g) {
        return of(device, g, Pass.FORWARD, true, inputs(g) + weights(g) + outputs(g));
    }

    /** Counts the same in inference. */
    public static Work inference(CpuDevice device, Conv3dGeometry g) {
        return of(device, g, Pass.FORWARD, false, inputs(g) + weights(g) + outputs(g));
    }

    /**
     * Counts {@link TiledConv3d#backward}. It reads input and output gradient once for both gradients; with Winograd,
     * it transforms the output gradient once.
     *
     * @param gradOutput how many values are read to compute the output gradient
     */
    public static Work backward(CpuDevice device, Conv3dGeometry g, long gradOutput, boolean withInput) {
        Work work = of(device, g, Pass.GRAD_WEIGHT, inputs(g) + weights(g) + gradOutput);
        if (!withInput) {
            return work;
        }
        Work input = of(device, g, Pass.GRAD_INPUT, inputs(g) + weights(g));
        Work both = work.plus(input);
        if (Conv3dAlgorithm.ofGradients(device.convolution(), g) != Conv3dAlgorithm.WINOGRAD) {
            return both;
        }
        Winograd w = new Winograd(g);
        return new Work(
                both.algorithm(),
                both.directFlop(),
                both.executedFlop() - w.batch * w.tiles.product() * OUTPUT_GRADIENT * w.paddedOutputs,
                both.bytes());
    }

    private static long inputs(Conv3dGeometry g) {
        return (long) g.batch() * g.inputChannels() * g.input().product();
    }

    private static long weights(Conv3dGeometry g) {
        return (long) g.outputChannels() * g.groupInputs() * g.taps();
    }

    private static long outputs(Conv3dGeometry g) {
        return (long) g.batch() * g.outputChannels() * g.output().product();
    }

    /**
     * Counts Winograd's products of whole tiles and whole blocks of channels, with tiles in sevens where the
     * micro-kernel takes them so, and its transforms of whole vectors.
     */
    private static long winograd(Winograd w, Pass pass) {
        long block = PackedWeights.BLOCK;
        long tiles = (long) w.batch * w.tiles.product();
        long product = 2 * 64L * w.paddedOutputs;
        return switch (pass) {
            case FORWARD ->
                product * w.paddedInputs * sevens(w)
                        + tiles * (INPUT * w.paddedInputs + OUTPUT * w.paddedOutputs)
                        + WEIGHT * w.paddedInputs * w.paddedOutputs;
            case GRAD_INPUT ->
                product * w.inputBlocks * block * sevens(w)
                        + tiles * (OUTPUT_GRADIENT * w.paddedOutputs + INPUT_GRADIENT * w.paddedInputs)
                        + WEIGHT * w.inputBlocks * block * w.paddedOutputs;
            case GRAD_WEIGHT ->
                product * w.paddedInputs * tiles
                        + tiles * (INPUT * w.paddedInputs + OUTPUT_GRADIENT * w.paddedOutputs)
                        + WEIGHT_GRADIENT * w.inputs * w.paddedOutputs;
            default -> throw new IllegalArgumentException("conv3d: no kernel for " + pass);
        };
    }

    /** Returns the number of the batch's tiles, with each block or stage of them padded to a multiple of seven. */
    private static long sevens(Winograd w) {
        if (w.staged()) {
            return w.stagedTiles();
        }
        long sum = 0;
        for (int group = 0; group < w.groups(); group++) {
            int tiles = w.planes(group) * w.tiles.h() * w.tiles.w();
            sum += tiles / w.tilesPerBlock * w.tilesPerBlock + Math.ceilDiv(tiles % w.tilesPerBlock, 7) * 7;
        }
        return w.batch * sum;
    }
}
