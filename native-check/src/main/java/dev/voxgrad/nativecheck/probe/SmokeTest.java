package dev.voxgrad.nativecheck.probe;

/** What is tried out on the GPU, and how far its results may be off. */
public enum SmokeTest {
    /** 16 MiB there and back, bit for bit. */
    COPY("copy", 0),
    /** A product of matrices; the bound allows for TF32, which NVIDIA_TF32_OVERRIDE can switch on. */
    SGEMM("sgemm", 2e-3),
    /** A convolution's output; the bound holds for float32 and for the algorithms that transform their input. */
    CONV3D_FORWARD("conv3d forward", 1e-3),
    /** A convolution's gradient of its input. */
    CONV3D_DATA("conv3d backward data", 1e-3),
    /** A convolution's gradient of its weight. */
    CONV3D_FILTER("conv3d backward filter", 1e-3),
    /** A small kernel from source to PTX, which needs no GPU, or to machine code for the GPU, and into the driver. */
    NVRTC("NVRTC compile", 0);

    private static final String ERROR = ".error";
    private static final String MILLISECONDS = ".ms";

    private final String title;
    private final double tolerance;

    SmokeTest(String title, double tolerance) {
        this.title = title;
        this.tolerance = tolerance;
    }

    /** Its name in the report. */
    public String title() {
        return title;
    }

    /** The largest error that passes, as a share of the largest result. */
    public double tolerance() {
        return tolerance;
    }

    /** The name of the answer with the largest error. */
    public String errorKey() {
        return name() + ERROR;
    }

    /** The name of the answer with the time. */
    public String millisecondsKey() {
        return name() + MILLISECONDS;
    }

    /** In the probe: how it went. */
    void answer(double error, double milliseconds) {
        Probe.answer(errorKey(), error);
        Probe.answer(millisecondsKey(), milliseconds);
    }
}
