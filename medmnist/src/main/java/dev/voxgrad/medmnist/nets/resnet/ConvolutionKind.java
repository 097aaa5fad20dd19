package dev.voxgrad.medmnist.nets.resnet;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.op.acsconv3d.AcsConv3dOp;
import dev.voxgrad.engine.op.conv3d.Conv3dOp;
import dev.voxgrad.nn.AcsConv3d;
import dev.voxgrad.nn.Conv3d;
import dev.voxgrad.nn.Convolution;

/** Names the ways in which the benchmark makes a convolution of volumes from a 2D one. */
public enum ConvolutionKind {
    /**
     * Uses kernels of 1×k×k, so that nothing but the stride and the final average connects planes. The stride is that
     * of all three axes: with stride 2, every second plane is dropped.
     */
    PLANAR("2.5d") {
        @Override
        Convolution create(Device device, int inputs, int outputs, int kernel, int stride) {
            Dims3 padding = new Dims3(0, kernel / 2, kernel / 2);
            Conv3dOp op = new Conv3dOp(Dims3.cube(stride), padding, Dims3.ONE, 1);
            return new Conv3d(device, inputs, outputs, new Dims3(1, kernel, kernel), op, false);
        }
    },
    /**
     * Uses kernels of k×k×k. The benchmark's start from 2D kernels, as {@link dev.voxgrad.nn.ConvolutionStart#I3D}.
     */
    CUBIC("3d") {
        @Override
        Convolution create(Device device, int inputs, int outputs, int kernel, int stride) {
            Conv3dOp op = new Conv3dOp(Dims3.cube(stride), Dims3.cube(kernel / 2), Dims3.ONE, 1);
            return new Conv3d(device, inputs, outputs, Dims3.cube(kernel), op, false);
        }
    },
    /** Uses ACS convolutions, whose weights are those of the 2D net. */
    ACS("acs") {
        @Override
        Convolution create(Device device, int inputs, int outputs, int kernel, int stride) {
            return new AcsConv3d(device, inputs, outputs, kernel, AcsConv3dOp.same(kernel, stride), false);
        }
    };

    private final String label;

    ConvolutionKind(String label) {
        this.label = label;
    }

    /** Returns how names of nets end: {@code 2.5d}. */
    public String label() {
        return label;
    }

    /** Creates a layer with padding ⌊kernel/2⌋ and without bias. */
    abstract Convolution create(Device device, int inputs, int outputs, int kernel, int stride);
}
