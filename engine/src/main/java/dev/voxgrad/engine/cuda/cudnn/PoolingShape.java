package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Everything that cuDNN wants to know of a pool over volumes. Window, stride and padding are (D,H,W).
 *
 * @param output sizes (N,C,D',H',W') of the result, in the order and type of the input
 */
public record PoolingShape(
        Kind kind,
        TensorShape input,
        List<Integer> output,
        List<Integer> window,
        List<Integer> stride,
        List<Integer> padding) {
    /** What is made of a window. */
    public enum Kind {
        /** Its largest number, or NaN if there is one. */
        MAX,
        /** Its mean; padding counts as zeros. */
        AVERAGE
    }
}
