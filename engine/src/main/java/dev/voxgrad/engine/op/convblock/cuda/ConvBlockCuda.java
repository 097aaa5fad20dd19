package dev.voxgrad.engine.op.convblock.cuda;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.CudaLaunch;
import dev.voxgrad.engine.op.batchnorm.BatchNormCuda;
import dev.voxgrad.engine.op.batchnorm.ChannelsCuda;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dKernels;
import dev.voxgrad.engine.op.conv3d.ConvolutionOp;
import dev.voxgrad.engine.op.convblock.ConvBlockKernels;
import dev.voxgrad.engine.op.convblock.ConvBlockOp;
import dev.voxgrad.engine.op.convblock.UnitTensors;
import dev.voxgrad.engine.op.elementwise.AddOp;

/**
 * {@link ConvBlockKernels} on a GPU: batch norm, ReLU and pool, or batch norm, shortcut and ReLU, in one pass over the
 * convolution's output z, and in the backward pass one for the sums and one for dz. The convolution's bias is never
 * added, since batch norm subtracts it again: in training only the running mean includes it, and in evaluation it is
 * subtracted from the running mean.
 */
public final class ConvBlockCuda implements ConvBlockKernels {
    private static final CudaSource SOURCE = new CudaSource(ConvBlockCuda.class, "convblock");
    /**
     * Saved tensors of each unit: its input, weight, z, mean, scale, and batch norm's weight and bias. A residual block
     * saves its result last.
     */
    private static final int SAVED = 7;
    /** The addresses of no batch norm. */
    private static final long[] NO_TABLE = new long[4];

    private final CudaDevice device;
    private final BatchNormCuda norm;

    /** Creates the kernels for a GPU. */
    public ConvBlockCuda(CudaDevice device) {
        this.device = device;
        this.norm = new BatchNormCuda(device);
    }

    @Override
    public Tensor forward(ConvBlockOp op, Context context, Tensor... inputs) {
        Shape[] shapes = op.unitShapes(inputs);
        int last = op.units().size() - 1;
        Tensor current = inputs[0];
        for (int i = 0; i <= last; i++) {
            Convolved unit = convolve(op, context, i, current, shapes[i], inputs);
            if (i > 0) {
                current.release();
            }
            if (i == last && op.residual()) {
                current = residual(op, context, unit, shapes, inputs);
                context.save(current);
            } else {
                current = rectified(unit, isPooled(op, i), context.outputShape());
            }
            unit.release();
        }
        return current;
    }

    /** Holds a convolution's output, and mean, scale, weight and bias of its batch norm. */
    private record Convolved(Tensor z, Tensor mean, Tensor scale, Tensor weight, Tensor bias) {
        Tensor[] table() {
            return new Tensor[] {mean, scale, weight, bias};
        }

        void release() {
            z.release();
            mean.release();
            scale.release();
        }
    }

    private Convolved convolve(ConvBlockOp op, Context context, int i, Tensor input, Shape shape, Tensor... inputs) {
        UnitTensors unit = UnitTensors.of(op, i, inputs);
        ConvBlockOp.Unit settings = op.allUnits().get(i);
        Tensor z = Tensor.emptyActivation(device, shape);
        unit.convolution().kernels(device).forward(unit.geometry(input.shape(), shape), input, unit.weight(), null, z);
        Tensor mean = unit.runningMean().emptyLike();
        Tensor scale = unit.runningMean().emptyLike();
        if (op.training()) {
            norm.batchStatistics(
                    z,
                    unit.bias(),
                    settings.momentum(),
                    settings.eps(),
                    unit.runningMean(),
                    unit.runningVariance(),
                    mean,
                    scale);
        } else {
            norm.runningStatistics(
                    unit.bias(), settings.eps(), unit.runningMean(), unit.runningVariance(), mean, scale);
        }
        context.save(input, unit.weight(), z, mean, scale, unit.normWeight(), unit.normBias());
        return new Convolved(z, mean, scale, unit.normWeight(), unit.normBias());
    }

    private Tensor rectified(Convolved unit, boolean pooled, Shape outputShape) {
        Tensor a = Tensor.emptyActivation(device, pooled ? outputShape : unit.z.shape());
        Launches launches = new Launches(unit.z, pooled);
        int rows = launches.rows();
        launches.kernel("norm_relu")
                .in(unit.z)
                .out(a)
                .addresses(unit.table())
                .i32(launches.volume())
                .i32(rows)
                .on(launches.channels.grid(rows));
        return a;
    }

    private Tensor residual(ConvBlockOp op, Context context, Convolved unit, Shape[] shapes, Tensor... inputs) {
        int projection = op.units().size();
        Convolved shortcut = projection == shapes.length
                ? null
                : convolve(op, context, projection, inputs[0], shapes[projection], inputs);
        Tensor y = Tensor.emptyActivation(device, unit.z.shape());
        Launches launches = new Launches(unit.z, false);
        CudaLaunch kernel = launches.kernel("norm_add_relu")
                .in(unit.z)
                .in(shortcut == null ? inputs[0] : shortcut.z)
                .out(y)
                .addresses(unit.table());
        if (shortcut == null) {
            kernel.i64(NO_TABLE);
        } else {
            kernel.addresses(shortcut.table());
            shortcut.release();
        }
        kernel.i32(launches.volume()).i32(launches.rows()).on(launches.channels.grid(launches.rows()));
        return y;
    }

    private static boolean isPooled(ConvBlockOp op, int unit) {
        return op.pooled() && unit == op.units().size() - 1;
    }

    /** Launches kernels over a convolution's output. With a pool, each row is one of its windows. */
    private final class Launches {
        private final Tensor z;
        private final boolean pooled;
        private final ChannelsCuda channels;

        Launches(Tensor z, boolean pooled) {
            this.z = z;
            this.pooled = pooled;
            this.channels = ChannelsCuda.of(z);
        }

        CudaLaunch kernel(String name) {
            return channels.kernel(device, SOURCE, pooled ? name + "_pool" : name, z);
        }

        /** Returns the number of rows of the output. */
        int rows() {
            Shape shape = z.shape();
            return pooled
                    ? shape.dim(0) * (shape.dim(2) / 2) * (shape.dim(3) / 2) * (shape.dim(4) / 2)
                    : channels.rows();
        }

        /**
         * Returns the number of rows of z: with a pool, including windows that are cut off and so are not in the
         * output.
         */
        int rowsOfInput() {
            Shape shape = z.shape();
            return pooled
                    ? shape.dim(0) * ((shape.dim(2) + 1) / 2) * ((shape.dim(3) + 1) / 2) * ((shape.dim(4) + 1) / 2)
                    : channels.rows();
        }

        /** Returns the fields of {@code struct Volume}. */
        int[] volume() {
            int[] activation = channels.activation();
            Shape shape = z.shape();
            return new int[] {
                activation[0], activation[1], activation[2], activation[3], shape.dim(2), shape.dim(3), shape.dim(4)
            };
        }
    }

    @Override
    @SuppressWarnings("NullAway") // only a unit that reads x may have no gradient of its input
    public Tensor[] backward(ConvBlockOp op, Context context, Tensor gradOutput) {
        Tensor[] gradients = new Tensor[context.inputs()];
        Tensor gradActivation = gradOutput;
        for (int i = op.units().size() - 1; i >= 0; i--) {
            Tensor gradInput = unitBackward(op, context, i, gradActivation, gradients);
            if (gradActivation != gradOutput) {
                gradActivation.release();
            }
            gradActivation = gradInput;
        }
        gradients[0] = gradActivation;
        if (op.residual()) {
            shortcutBackward(op, context, gradOutput, gradients);
        }
        return gradients;
    }

    /** Adds the shortcut's gradient to that of x, and computes those of a projection's parameters. */
    private void shortcutBackward(ConvBlockOp op, Context context, Tensor gradOutput, Tensor[] gradients) {
        Tensor dx = gradients[0];
        int projection = op.units().size();
        if (op.allUnits().size() > projection) {
            Tensor summand = unitBackward(op, context, projection, gradOutput, gradients);
            if (summand != null) {
                AddOp.addTo(dx, summand);
                summand.release();
            }
        } else if (dx != null) {
            Launches launches = new Launches(dx, false);
            launches.kernel("add_passed")
                    .in(gradOutput)
                    .in(result(op, context))
                    .out(dx)
                    .i32(launches.volume())
                    .i32(launches.rows())
                    .on(launches.channels.grid(launches.rows()));
        }
    }

    /** Returns the result of a residual block. */
    private static Tensor result(ConvBlockOp op, Context context) {
        return context.saved(SAVED * op.allUnits().size());
    }

    /**
     * Computes the gradients of one unit's parameters, and returns that of its input, or null if it is not required.
     *
     * @param gradActivation the gradient of the unit's activation; at the end of a residual block, of the result
     */
    private @Nullable Tensor unitBackward(
            ConvBlockOp op, Context context, int unit, Tensor gradActivation, Tensor[] gradients) {
        Tensor input = context.saved(SAVED * unit);
        Tensor weight = context.saved(SAVED * unit + 1);
        Tensor z = context.saved(SAVED * unit + 2);
        int at = op.firstInput(unit);
        ConvBlockOp.Unit settings = op.allUnits().get(unit);
        int normAt = settings.withBias() ? at + 2 : at + 1;
        gradients[normAt] = context.saved(SAVED * unit + 5).emptyLike();
        gradients[normAt + 1] = context.saved(SAVED * unit + 6).emptyLike();
        Tensor dz = normGradient(op, context, unit, gradActivation, gradients[normAt], gradients[normAt + 1]);
        ConvolutionOp convolution = settings.convolution();
        Conv3dKernels kernels = convolution.kernels(device);
        Conv3dGeometry geometry = convolution.geometry(input.shape(), weight.shape(), z.shape());
        if (context.needsGradient(at)) {
            gradients[at] = weight.emptyLike();
            kernels.gradWeight(geometry, input, dz, gradients[at]);
        }
        if (settings.withBias() && context.needsGradient(at + 1)) {
            gradients[at + 1] = Tensor.empty(device, Shape.of(z.shape().dim(1)), Layout.ROW_MAJOR);
            device.fill(gradients[at + 1].storage(), 0);
        }
        Tensor gradInput = null;
        boolean readsInput = unit == 0 || unit == op.units().size();
        if (!readsInput || context.needsGradient(0)) {
            gradInput = input.emptyLike();
            kernels.gradInput(geometry, dz, weight, gradInput);
        }
        dz.release();
        return gradInput;
    }

    /** Returns dz, and computes the gradients of batch norm's weight and bias. */
    private Tensor normGradient(
            ConvBlockOp op, Context context, int unit, Tensor gradActivation, Tensor gradWeight, Tensor gradBias) {
        Tensor z = context.saved(SAVED * unit + 2);
        Tensor mean = context.saved(SAVED * unit + 3);
        Tensor scale = context.saved(SAVED * unit + 4);
        Tensor[] table = {mean, scale, context.saved(SAVED * unit + 5), context.saved(SAVED * unit + 6)};
        boolean residual = op.residual() && unit >= op.units().size() - 1;
        Launches launches = new Launches(z, isPooled(op, unit));
        Grid grid = launches.channels.grid(launches.rows());
        DeviceBuffer parts = norm.borrowParts(launches.channels, grid.blocksX());
        CudaLaunch sums = launches.kernel(residual ? "residual_gradient_parts" : "block_gradient_parts")
                .in(z)
                .in(gradActivation);
        (residual ? sums.in(result(op, context)) : sums)
                .addresses(table)
                .add(parts)
                .i32(launches.volume())
                .i32(launches.rows())
                .on(grid);
        norm.joinGradients(parts, launches.channels, grid.blocksX(), scale, gradWeight, gradBias);
        device.giveBack(parts);
        Tensor dz = z.emptyLike();
        int rows = launches.rowsOfInput();
        CudaLaunch gradient = launches.kernel(residual ? "residual_input_gradient" : "block_input_gradient")
                .in(z)
                .in(gradActivation);
        (residual ? gradient.in(result(op, context)) : gradient)
                .addresses(table)
                .floats(gradWeight)
                .floats(gradBias)
                .out(dz)
                .f32(1f / launches.channels.rows())
                .i32(launches.volume())
                .i32(rows)
                .on(launches.channels.grid(rows));
        return dz;
    }
}
