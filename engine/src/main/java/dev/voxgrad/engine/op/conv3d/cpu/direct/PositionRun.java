package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.Dims3;

/**
 * Names some positions of a batch that have the same remainder modulo a step on each axis, so that they meet the same
 * taps: those numbered {@code first} … {@code first + count − 1} among all of that remainder, over all samples.
 *
 * @param remainder the first position of that remainder
 * @param counts how many positions of that remainder there are on each axis
 */
record PositionRun(Dims3 remainder, Dims3 counts, int first, int count) {
    /** Divides the positions of a batch into runs of about the same length, at most {@code most}. */
    static List<PositionRun> divide(int batch, Dims3 size, Dims3 step, int most) {
        List<PositionRun> runs = new ArrayList<>();
        for (int d = 0; d < Math.min(step.d(), size.d()); d++) {
            for (int h = 0; h < Math.min(step.h(), size.h()); h++) {
                for (int w = 0; w < Math.min(step.w(), size.w()); w++) {
                    Dims3 counts = new Dims3(
                            Math.ceilDiv(size.d() - d, step.d()),
                            Math.ceilDiv(size.h() - h, step.h()),
                            Math.ceilDiv(size.w() - w, step.w()));
                    divide(new Dims3(d, h, w), counts, batch * counts.product(), most, runs);
                }
            }
        }
        return runs;
    }

    private static void divide(Dims3 remainder, Dims3 counts, int all, int most, List<PositionRun> runs) {
        int number = Math.ceilDiv(all, most);
        for (int i = 0; i < number; i++) {
            int first = (int) ((long) all * i / number);
            int end = (int) ((long) all * (i + 1) / number);
            runs.add(new PositionRun(remainder, counts, first, end - first));
        }
    }
}
