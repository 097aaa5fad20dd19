package dev.voxgrad.engine.op.conv3d.cuda;

import java.util.Locale;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.cudnn.Convolution;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionPass;
import dev.voxgrad.engine.cuda.cudnn.ConvolutionShape;
import dev.voxgrad.engine.cuda.cudnn.Cudnn;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.engine.optim.GradientMath;

/**
 * Compares what a reduced precision's convolution gives with float32 proper, once for each shape and pass, on the
 * numbers that it is first used with. Some versions of cuDNN hold kernels for tensor cores that are wrong (PyTorch
 * issues 163539, 166480 and 167024), and who trains for days should not find out by the result.
 *
 * <p>Factors rounded to TF32 are wrong by up to 2⁻¹¹ of themselves, to bfloat16 by up to 2⁻⁸; over a whole result, most
 * of it cancels. The norm of the difference may be eight times that, relative to the norm of the result. A kernel that
 * mixes something up is wrong by as much as the result is large.
 */
final class Conv3dSelfCheck {
    private static final double TF32_BOUND = 8 * 0x1p-11;
    private static final double BF16_BOUND = 8 * 0x1p-8;

    private final CudaDevice device;

    Conv3dSelfCheck(CudaDevice device) {
        this.device = device;
    }

    /** Whether a pass that has just run for the first time is to be looked at. */
    boolean isDue(Convolution convolution, ConvolutionPass pass) {
        return device.precision() != Precision.FP32 && convolution.isNew(pass);
    }

    /**
     * Compares a pass's result with what float32 makes of the tensors that it came from: x and weight, weight and dy,
     * or x and dy.
     *
     * @throws CudaException if it is further away than by rounding
     */
    void check(ConvolutionPass pass, ConvolutionShape shape, Tensor first, Tensor second, Tensor result) {
        Tensor expected = Tensor.empty(device, result.shape(), Layout.ROW_MAJOR);
        new Conv3dFloat32(device).run(pass, shape, first, second, expected);
        double norm = Math.sqrt(GradientMath.sumOfSquares(expected));
        Tensor difference = expected.add(Conv3dFloat32.plain(result).scale(-1));
        double relative = Math.sqrt(GradientMath.sumOfSquares(difference)) / norm;
        require(pass, shape, norm, relative);
    }

    /** Throws unless the result is as near as its precision lets it be; where all is zero there is nothing to say. */
    private void require(ConvolutionPass pass, ConvolutionShape shape, double norm, double relative) {
        double bound = device.precision() == Precision.TF32 ? TF32_BOUND : BF16_BOUND;
        if (Double.isFinite(norm) && norm > 0 && !(relative <= bound)) {
            throw new CudaException(String.format(
                    Locale.ROOT,
                    "cuDNN %s computes a wrong 3D convolution in %s: the %s "
                            + "of input %s and weight %s is off by %.2g of its norm, at most %.2g is rounding; use another "
                            + "version of cuDNN, or --precision fp32",
                    Cudnn.inWords(Cudnn.version()),
                    device.precision().flag(),
                    pass,
                    shape.input(),
                    shape.weight(),
                    relative,
                    bound));
        }
    }
}
