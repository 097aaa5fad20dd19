package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Op;
import dev.voxgrad.engine.op.layout.LayoutOp;

/** Measures the conversion from row-major to channels-last and, in backward, the opposite one: only bytes are moved. */
public class LayoutBenchmark extends OpBenchmark {
    /** The channels and the edge of the volume. */
    @Param({"3-28", "32-28", "64-14", "128-7", "256-3"})
    public String volume;

    @Override
    Op op() {
        return new LayoutOp(Layout.CHANNELS_LAST);
    }

    @Override
    Tensor[] inputs() {
        return new Tensor[] {random(volumes(volume), Layout.ROW_MAJOR)};
    }

    /** Counts the upstream gradient and the result, because backward needs nothing else. */
    @Override
    double backwardBytes(double inputBytes, double outputBytes) {
        return outputBytes + inputBytes;
    }

    @Override
    double forwardFlop() {
        return 0;
    }

    @Override
    double backwardFlop() {
        return 0;
    }
}
