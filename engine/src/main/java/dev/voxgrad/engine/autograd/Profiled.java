package dev.voxgrad.engine.autograd;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.trace.OpCall;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Work;

/**
 * Counts the work of an operation's passes, for profiles. An {@link Op} implements this if it does more than read its
 * inputs and write its results once, or less.
 */
public interface Profiled {
    /** Returns the work of one pass on a device. */
    Work work(Device device, Pass pass, OpCall call);

    /**
     * Returns the work of one pass of any operation. One that is not {@code Profiled} counts as one kernel that reads
     * its arguments and writes its results; its arithmetic is ignored.
     */
    static Work of(Op op, Device device, Pass pass, OpCall call) {
        return op instanceof Profiled profiled ? profiled.work(device, pass, call) : call.traffic(pass);
    }
}
