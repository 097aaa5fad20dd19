package dev.voxgrad.nativecheck.probe;

/** Lists what {@link DriverProbe} reports about each GPU. */
public enum GpuFact {
    /** Its name. */
    NAME,
    /** The major number of its compute capability. */
    MAJOR,
    /** The minor number of its compute capability. */
    MINOR,
    /** Its compute mode, a value of {@link jcuda.driver.CUcomputemode}. */
    MODE,
    /** Its memory in bytes. */
    TOTAL_BYTES,
    /** Its free memory in bytes. */
    FREE_BYTES,
    /** CUDA's name of the error if no program can use it. */
    REFUSAL;

    /** Returns the name of this answer for a GPU. */
    public String key(int gpu) {
        return "gpu" + gpu + "." + name();
    }
}
