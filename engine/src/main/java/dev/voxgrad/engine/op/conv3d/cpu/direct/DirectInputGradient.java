package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.stream.IntStream;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Computes the input gradient of a convolution: a correlation of the output gradient, upsampled by the stride, with the
 * reversed weights. Most products would be with the zeros in between; none of them is computed.
 *
 * <p>Column x of the input meets only those taps k along w for which x − p + k·dilation is a multiple of the stride, p
 * being the padding of the correlation. The columns x = r, r + stride, r + 2·stride, … of one remainder r meet the same
 * taps, at neighbouring voxels of the output gradient. So each remainder is a {@link DirectConvolution} of stride 1
 * with a part of the kernel; for stride 2, kernel 3 and padding 1:
 *
 * <pre>
 * output gradient             g0        g1        g2
 *                            ╱ │ ╲     ╱ │ ╲     ╱ │ ╲
 * input, by remainder       1  0  1   1  0  1   1  0  1       remainder 0: 1 tap, remainder 1: 2 taps
 * </pre>
 *
 * <p>Along d and h, the convolution skips taps that meet no voxel. Where no tap remains, the gradient is zero.
 */
public final class DirectInputGradient {
    private DirectInputGradient() {}

    /**
     * Runs on all threads.
     *
     * @param dy the channels-last output gradient
     * @param weight row-major (O,C/groups,KD,KH,KW)
     * @param dx the channels-last result, overwritten
     */
    public static void run(CpuDevice device, Conv3dGeometry g, float[] dy, float[] weight, float[] dx) {
        for (int remainder = 0; remainder < remainders(g); remainder++) {
            int[] taps = taps(g, remainder);
            float[] packed = PackedWeights.gradInput(device, g, weight, taps);
            columns(g, remainder, taps).run(device, dy, packed, null, dx);
            device.giveBack(packed);
        }
    }

    /** Returns the floating-point operations of {@link #run}, including those for padded positions and channels. */
    public static long flop(Conv3dGeometry g) {
        return IntStream.range(0, remainders(g))
                .mapToLong(
                        remainder -> columns(g, remainder, taps(g, remainder)).flop())
                .sum();
    }

    private static int remainders(Conv3dGeometry g) {
        return Math.min(g.stride().w(), g.input().w());
    }

    /** Returns the taps of the reversed kernel that columns of this remainder meet, in their order. */
    private static int[] taps(Conv3dGeometry g, int remainder) {
        return IntStream.range(0, g.kernel().w())
                .filter(k -> Math.floorMod(position(g, remainder, k), g.stride().w()) == 0)
                .toArray();
    }

    /** Returns where tap {@code k} of column {@code column} is in the upsampled output gradient. */
    private static int position(Conv3dGeometry g, int column, int k) {
        return column - padding(g).w() + k * g.dilation().w();
    }

    /** Returns the padding of the correlation. */
    private static Dims3 padding(Conv3dGeometry g) {
        Dims3 k = g.kernel();
        Dims3 d = g.dilation();
        Dims3 p = g.padding();
        return new Dims3((k.d() - 1) * d.d() - p.d(), (k.h() - 1) * d.h() - p.h(), (k.w() - 1) * d.w() - p.w());
    }

    private static DirectConvolution columns(Conv3dGeometry g, int remainder, int[] taps) {
        Dims3 k = g.kernel();
        Dims3 d = g.dilation();
        Dims3 p = padding(g);
        Dims3 in = g.input();
        int stride = g.stride().w();
        int first = taps.length == 0 ? 0 : position(g, remainder, taps[0]) / stride;
        int distance = taps.length < 2 ? 1 : (taps[1] - taps[0]) * d.w() / stride;
        return new DirectConvolution(
                g.batch(),
                g.groups(),
                g.outputChannels(),
                g.inputChannels(),
                g.output(),
                new Dims3(g.stride().d(), g.stride().h(), 1),
                new Dims3(in.d(), in.h(), Math.ceilDiv(in.w() - remainder, stride)),
                new Dims3(k.d(), k.h(), taps.length),
                Dims3.ONE,
                new Dims3(p.d(), p.h(), -first),
                new Dims3(d.d(), d.h(), distance),
                new DirectConvolution.Columns(remainder, stride, in.w()));
    }
}
