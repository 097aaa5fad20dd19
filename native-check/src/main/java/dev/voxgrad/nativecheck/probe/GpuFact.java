package dev.voxgrad.nativecheck.probe;

/** What {@link DriverProbe} tells of each GPU. */
public enum GpuFact {
    /** Its name. */
    NAME,
    /** The compute capability's first number. */
    MAJOR,
    /** The compute capability's second number. */
    MINOR,
    /** A number of {@link jcuda.driver.CUcomputemode}. */
    MODE,
    /** Its memory. */
    TOTAL_BYTES,
    /** The memory that nobody has taken. */
    FREE_BYTES,
    /** CUDA's word for why no program may work on it. */
    REFUSAL;

    /** The answer's name for a GPU. */
    public String key(int gpu) {
        return "gpu" + gpu + "." + name();
    }
}
