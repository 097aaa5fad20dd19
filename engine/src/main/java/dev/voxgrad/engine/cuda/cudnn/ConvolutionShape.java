package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Everything that cuDNN wants to know of a 3D convolution. Dimensions are (N,C,D,H,W) and (O,C/groups,KD,KH,KW)
 * whatever the order in memory.
 *
 * @param channelsLast whether activations are (N,D,H,W,C) and weights (O,KD,KH,KW,C/groups) in memory
 * @param bfloat16 whether all numbers are bfloat16; else float32
 */
public record ConvolutionShape(
        List<Integer> input,
        List<Integer> weight,
        List<Integer> output,
        List<Integer> padding,
        List<Integer> stride,
        List<Integer> dilation,
        int groups,
        boolean channelsLast,
        boolean bfloat16) {}
