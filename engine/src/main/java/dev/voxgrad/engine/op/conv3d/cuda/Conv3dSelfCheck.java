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
 * Compares the result of a convolution in reduced precision with true float32, once for each shape and pass, on the
 * values that it is first used with. Some versions of cuDNN contain kernels for tensor cores that are wrong (PyTorch
 * issues 163539, 166480 and 167024), and a user should not discover this only after days of training.
 *
 * <p>Factors rounded to TF32 have a relative error of up to 2⁻¹¹, to bfloat16 of up to 2⁻⁸; over a whole result, most
 * of it cancels. The norm of the difference may be up to eight times that, relative to the norm of the result. The
 * error of a kernel that mixes something up is as large as the result itself.
 */
final class Conv3dSelfCheck {
    private static final double TF32_BOUND = 8 * 0x1p-11;
    private static final double BF16_BOUND = 8 * 0x1p-8;

    private final CudaDevice device;

    Conv3dSelfCheck(CudaDevice device) {
        this.device = device;
    }

    /** Returns whether a pass that has just run must be checked: it ran for the first time, in reduced precision. */
    boolean isDue(Convolution convolution, ConvolutionPass pass) {
        return device.precision() != Precision.FP32 && convolution.isNew(pass);
    }

    /**
     * Compares a pass's result with the one that float32 computes from the same tensors: x and weight, weight and dy,
     * or x and dy.
     *
     * @throws CudaException if they differ by more than rounding
     */
    void check(ConvolutionPass pass, ConvolutionShape shape, Tensor first, Tensor second, Tensor result) {
        Tensor expected = Tensor.empty(device, result.shape(), Layout.ROW_MAJOR);
        new Conv3dFloat32(device).run(pass, shape, first, second, expected);
        double norm = Math.sqrt(GradientMath.sumOfSquares(expected));
        Tensor difference = expected.add(Conv3dFloat32.plain(result).scale(-1));
        double relative = Math.sqrt(GradientMath.sumOfSquares(difference)) / norm;
        require(pass, shape, norm, relative);
    }

    /** Throws unless the result is as close as its precision allows; a result of zeros cannot be checked. */
    private void require(ConvolutionPass pass, ConvolutionShape shape, double norm, double relative) {
        double bound = device.precision() == Precision.TF32 ? TF32_BOUND : BF16_BOUND;
        if (Double.isFinite(norm) && norm > 0 && !(relative <= bound)) {
            throw new CudaException(String.format(
                    Locale.ROOT,
                    "cuDNN %s computes a wrong 3D convolution in %s: the %s of input %s and weight %s is off by %.2g "
                            + "of its norm, at most %.2g is rounding; use another version of cuDNN, or "
                            + "--precision fp32",
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
