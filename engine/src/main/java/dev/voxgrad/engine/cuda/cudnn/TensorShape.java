package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Describes a dense tensor for cuDNN.
 *
 * @param sizes (N,C,D,H,W), whatever the order in memory
 * @param channelsLast whether it is (N,D,H,W,C) in memory
 * @param bfloat16 whether its values are bfloat16; otherwise float32
 */
public record TensorShape(List<Integer> sizes, boolean channelsLast, boolean bfloat16) {}
