package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** Marks a point in a stream's work that can be waited for, or whose time can be measured. */
public final class CudaEvent implements AutoCloseable {
    private final CUevent event = new CUevent();
    private final CudaDriver driver;

    private CudaEvent(CudaDriver driver, int flags) {
        this.driver = driver;
        driver.bind();
        CudaDriver.check("cuEventCreate", JCudaDriver.cuEventCreate(event, flags));
    }

    /** Creates an event to wait for, in streams of that GPU. */
    public static CudaEvent forOrder(CudaDriver driver) {
        return new CudaEvent(driver, CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    /** Creates an event that measures time, in streams of that GPU. */
    public static CudaEvent forTime(CudaDriver driver) {
        return new CudaEvent(driver, CUevent_flags.CU_EVENT_DEFAULT);
    }

    CUevent raw() {
        return event;
    }

    /** Waits on the host until the GPU has reached this event; returns at once if it was never recorded. */
    public void synchronize() {
        driver.bind();
        CudaDriver.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(event));
    }

    /** Returns the milliseconds from this event to a later one; both must measure time and have been reached. */
    public double millisecondsTo(CudaEvent later) {
        driver.bind();
        float[] milliseconds = new float[1];
        CudaDriver.check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(milliseconds, event, later.event));
        return milliseconds[0];
    }

    @Override
    public void close() {
        driver.end(() -> JCudaDriver.cuEventDestroy(event));
    }
}
