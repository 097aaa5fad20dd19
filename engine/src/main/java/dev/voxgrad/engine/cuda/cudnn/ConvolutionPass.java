package dev.voxgrad.engine.cuda.cudnn;

/** What is computed of a convolution y = x * w. */
public enum ConvolutionPass {
    /** y from x and w. */
    FORWARD("forward"),
    /** dx from w and dy. */
    GRAD_INPUT("input gradient"),
    /** dw from x and dy. */
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
