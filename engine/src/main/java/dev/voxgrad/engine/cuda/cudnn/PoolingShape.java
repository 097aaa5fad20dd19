package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

/**
 * Describes a pool over volumes for cuDNN. Window, stride and padding are (D,H,W).
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
    /** Names what is computed from a window. */
    public enum Kind {
        /** Its largest value, or NaN if it contains one. */
        MAX,
        /** Its mean; padding counts as zeros. */
        AVERAGE
    }
}
