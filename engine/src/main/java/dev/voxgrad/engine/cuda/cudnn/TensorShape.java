package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Everything that cuDNN wants to know of a dense tensor.
 *
 * @param sizes (N,C,D,H,W), whatever the order in memory
 * @param channelsLast whether it is (N,D,H,W,C) in memory
 * @param bfloat16 whether its numbers are bfloat16; else float32
 */
public record TensorShape(List<Integer> sizes, boolean channelsLast, boolean bfloat16) {}
