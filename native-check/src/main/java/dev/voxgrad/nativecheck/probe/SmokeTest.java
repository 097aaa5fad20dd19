package dev.voxgrad.nativecheck.probe;

/** Lists what is tested on the GPU, and how large the errors of its results may be. */
public enum SmokeTest {
    /** A copy of 16 MiB to the GPU and back, bit for bit. */
    COPY("copy", 0),
    /** A matrix product; the bound allows for TF32, which NVIDIA_TF32_OVERRIDE can enable. */
    SGEMM("sgemm", 2e-3),
    /** A convolution's output; the bound holds for float32, including algorithms that transform their input. */
    CONV3D_FORWARD("conv3d forward", 1e-3),
    /** A convolution's gradient with respect to its input. */
    CONV3D_DATA("conv3d backward data", 1e-3),
    /** A convolution's gradient with respect to its weight. */
    CONV3D_FILTER("conv3d backward filter", 1e-3),
    /** A small kernel, compiled to PTX, which needs no GPU, or to machine code that the driver loads. */
    NVRTC("NVRTC compile", 0);

    private static final String ERROR = ".error";
    private static final String MILLISECONDS = ".ms";

    private final String title;
    private final double tolerance;

    SmokeTest(String title, double tolerance) {
        this.title = title;
        this.tolerance = tolerance;
    }

    /** Returns its name in the report. */
    public String title() {
        return title;
    }

    /** Returns the largest error that passes, relative to the largest result. */
    public double tolerance() {
        return tolerance;
    }

    /** Returns the name of the answer with the largest error. */
    public String errorKey() {
        return name() + ERROR;
    }

    /** Returns the name of the answer with the time. */
    public String millisecondsKey() {
        return name() + MILLISECONDS;
    }

    /** Sends the result from the probe to the parent process. */
    void answer(double error, double milliseconds) {
        Probe.answer(errorKey(), error);
        Probe.answer(millisecondsKey(), milliseconds);
    }
}
