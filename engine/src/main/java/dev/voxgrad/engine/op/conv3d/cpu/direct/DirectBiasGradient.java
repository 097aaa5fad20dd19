package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/** Computes the bias gradient: the sum of the output gradient over all voxels, channel by channel. */
public final class DirectBiasGradient {
    /** Voxels per task. The chunks are summed separately; their sums are then added in order, in double. */
    private static final int CHUNK = 2048;

    private DirectBiasGradient() {}

    /** Runs on all threads; {@code dy} is channels-last. */
    public static void run(CpuDevice device, Conv3dGeometry g, float[] dy, float[] db) {
        int channels = g.outputChannels();
        int voxels = g.batch() * g.output().product();
        int chunks = Math.ceilDiv(voxels, CHUNK);
        float[] sums = device.borrow(chunks * channels);
        device.parallel(chunks, chunk -> {
            int sum0 = chunk * channels;
            Arrays.fill(sums, sum0, sum0 + channels, 0);
            int end = Math.min(voxels, (chunk + 1) * CHUNK);
            for (int v = chunk * CHUNK; v < end; v++) {
                addVoxel(dy, v * channels, channels, sums, sum0);
            }
        });
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += sums[chunk * channels + c];
            }
            db[c] = (float) sum;
        }
        device.giveBack(sums);
    }

    /** Adds one voxel; the loop is simple enough for C2 to vectorise it. */
    private static void addVoxel(float[] dy, int from, int channels, float[] sums, int to) {
        for (int c = 0; c < channels; c++) {
            sums[to + c] += dy[from + c];
        }
    }
}
