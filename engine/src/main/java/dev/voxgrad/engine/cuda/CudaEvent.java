package dev.voxgrad.engine.cuda;

import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/** A point in a stream's work that can be waited for, or whose time can be taken. */
public final class CudaEvent implements AutoCloseable {
    private final CUevent event = new CUevent();

    private CudaEvent(int flags) {
        CudaDriver.check("cuEventCreate", JCudaDriver.cuEventCreate(event, flags));
    }

    /** One to wait for. */
    public static CudaEvent forOrder() {
        return new CudaEvent(CUevent_flags.CU_EVENT_DISABLE_TIMING);
    }

    /** One whose time is taken. */
    public static CudaEvent forTime() {
        return new CudaEvent(CUevent_flags.CU_EVENT_DEFAULT);
    }

    CUevent raw() {
        return event;
    }

    /** Waits on the host until the card has come here; returns at once if it was never recorded. */
    public void synchronize() {
        CudaDriver.check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(event));
    }

    /** Milliseconds from this event to a later one, both with time and both passed. */
    public double millisecondsTo(CudaEvent later) {
        float[] milliseconds = new float[1];
        CudaDriver.check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(milliseconds, event, later.event));
        return milliseconds[0];
    }

    @Override
    public void close() {
        CudaDriver.ignore(() -> JCudaDriver.cuEventDestroy(event));
    }
}
