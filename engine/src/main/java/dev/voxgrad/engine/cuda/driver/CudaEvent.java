package dev.voxgrad.engine.cuda.driver;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A point in a stream's work that can be waited for, or whose time can be taken. */
public final class CudaEvent implements AutoCloseable {
    private final CUevent event = new CUevent();
    private final CudaDriver driver;

    private CudaEvent(CudaDriver driver, int flags) {
        this.driver = driver;
        driver.bind();
        CudaDriver.check("cuEventCreate", JCudaDriver.cuEventCreate(event, flags));
    }

    /** One to wait for, in streams of that card. */
    public static CudaEvent forOrder(CudaDriver driver) {
        return new CudaEvent(driver, CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    /** One whose time is taken, in streams of that card. */
    public static CudaEvent forTime(CudaDriver driver) {
        return new CudaEvent(driver, CUevent_flags.CU_EVENT_DEFAULT);
    }

    CUevent raw() {
        return event;
    }

    /** Waits on the host until the card has come here; returns at once if it was never recorded. */
    public void synchronize() {
        driver.bind();
        CudaDriver.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(event));
    }

    /** Milliseconds from this event to a later one, both with time and both passed. */
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
