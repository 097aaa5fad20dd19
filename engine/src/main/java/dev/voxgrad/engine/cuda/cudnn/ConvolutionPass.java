package dev.voxgrad.engine.cuda.cudnn;

/** Names the passes of a convolution y = x * w. */
public enum ConvolutionPass {
    /** Computes y from x and w. */
    FORWARD("forward"),
    /** Computes dx from w and dy. */
    GRAD_INPUT("input gradient"),
    /** Computes dw from x and dy. */
    GRAD_WEIGHT("weight gradient");

    private final String words;

    ConvolutionPass(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
