package dev.voxgrad.nn;

/** Names the distributions that the weight of a {@link Conv3d} can start from. */
public enum ConvolutionStart {
    /** Draws every weight from U(±1/√(C·kD·kH·kW)), as PyTorch does by default. */
    DEFAULT,
    /**
     * Draws a 2D kernel from U(±1/√(C·kH·kW)), divides it by kD and repeats it in all kD planes of the kernel: the way
     * in which I3D (Carreira and Zisserman, "Quo Vadis, Action Recognition?", CVPR 2017) inflates the kernels of a 2D
     * net. With kD = 1 it does not differ from {@link #DEFAULT}.
     */
    I3D
}
