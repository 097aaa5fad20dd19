package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Describes a 3D convolution for cuDNN. Dimensions are (N,C,D,H,W) and (O,C/groups,KD,KH,KW), whatever the order in
 * memory.
 *
 * @param channelsLast whether activations are (N,D,H,W,C) and weights (O,KD,KH,KW,C/groups) in memory
 * @param bfloat16 whether all values are bfloat16; otherwise float32
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
