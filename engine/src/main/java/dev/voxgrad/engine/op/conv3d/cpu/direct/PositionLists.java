package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.device.cpu.Lanes;

/**
 * Lists, for each tap, which positions of a run have something to read, and where. Positions of different rows, planes
 * and samples follow one another, so that the blocks of the micro-kernels are full however short the rows are, and
 * nothing is multiplied by a zero of the padding.
 */
final class PositionLists {
    /** Maximum of entries that {@link #fill} appends. */
    static final int SPARE = 3;

    private final TapTable table;
    private final Dims3 size;
    private final Dims3 step;
    private final int voxel;
    private final int[] voxels;
    private final int[] counts;
    private final int[][] from;
    private final int[][] to;
    private int count;

    /**
     * Creates the lists.
     *
     * @param size the size of a sample of the positions
     * @param step positions of a run are that far apart
     * @param voxel floats from one voxel to the next in the array that is read
     * @param most maximum length of a run
     */
    PositionLists(TapTable table, Dims3 size, Dims3 step, int voxel, int most) {
        this.table = table;
        this.size = size;
        this.step = step;
        this.voxel = voxel;
        this.voxels = new int[most];
        this.counts = new int[table.taps()];
        this.from = new int[table.taps()][most + SPARE];
        this.to = new int[table.taps()][most + SPARE];
    }

    /** Lists the positions of a run. */
    void moveTo(PositionRun run) {
        count = run.count();
        Arrays.fill(counts, 0);
        int columns = run.counts().w();
        for (int p = 0; p < count; ) {
            int column = (run.first() + p) % columns;
            int length = Math.min(columns - column, count - p);
            listRow(run, (run.first() + p) / columns, column, p, length);
            p += length;
        }
    }

    /** Lists {@code length} neighbours in one row: position p and the ones after it. */
    private void listRow(PositionRun run, int row, int column, int p, int length) {
        Dims3 n = run.counts();
        int h = run.remainder().h() + row % n.h() * step.h();
        int d = run.remainder().d() + row / n.h() % n.d() * step.d();
        int sample = row / n.h() / n.d();
        int first = run.remainder().w() + column * step.w();
        int voxel0 = ((sample * size.d() + d) * size.h() + h) * size.w() + first;
        for (int i = 0; i < length; i++) {
            voxels[p + i] = voxel0 + i * step.w();
        }
        int tap = 0;
        for (int[] readD : table.d()) {
            for (int[] readH : table.h()) {
                int z = readD[d];
                int y = readH[h];
                int read = ((sample * table.size().d() + z) * table.size().h() + y)
                        * table.size().w();
                for (int[] readW : table.w()) {
                    if (z >= 0 && y >= 0) {
                        list(tap, read, readW, first, p, length);
                    }
                    tap++;
                }
            }
        }
    }

    private void list(int tap, int read, int[] readW, int first, int p, int length) {
        int[] tapFrom = from[tap];
        int[] tapTo = to[tap];
        int n = counts[tap];
        for (int i = 0; i < length; i++) {
            int x = readW[first + i * step.w()];
            if (x >= 0) {
                tapFrom[n] = (read + x) * voxel;
                tapTo[n++] = sums(p + i);
            }
        }
        counts[tap] = n;
    }

    /**
     * Appends entries to each list of a tap until its length is a sum of sevens and fours: they read something, and add
     * it to the sums of the position after the last.
     */
    void fill() {
        for (int tap = 0; tap < counts.length; tap++) {
            int covered = counts[tap] == 0 ? 0 : covered(counts[tap]);
            for (; counts[tap] < covered; counts[tap]++) {
                from[tap][counts[tap]] = from[tap][0];
                to[tap][counts[tap]] = sums(count);
            }
        }
    }

    private static int covered(int length) {
        int covered = length;
        while (sevens(covered) < 0) {
            covered++;
        }
        return covered;
    }

    /**
     * Returns how many sevens, the most possible, leave a multiple of four; −1 if none do. With few registers it is the
     * fewest possible, as sevens are slow there.
     */
    static int sevens(int length) {
        if (Lanes.FEW_REGISTERS) {
            for (int sevens = 0; 7 * sevens <= length; sevens++) {
                if ((length - 7 * sevens) % 4 == 0) {
                    return sevens;
                }
            }
            return -1;
        }
        int sevens = length / 7;
        while (sevens >= 0 && (length - 7 * sevens) % 4 != 0) {
            sevens--;
        }
        return sevens;
    }

    /** Returns how many positions have something to read at a tap. */
    int count(int tap) {
        return counts[tap];
    }

    /** Returns where the voxels start that the listed positions read at a tap. */
    int[] from(int tap) {
        return from[tap];
    }

    /** Returns where the sums of the listed positions of a tap start. */
    int[] to(int tap) {
        return to[tap];
    }

    /** Returns where the sums of a position start. */
    static int sums(int p) {
        return Lanes.ALIGNED_START + p * PackedWeights.BLOCK;
    }

    /** Returns the number of a position's voxel in its batch. */
    int voxel(int p) {
        return voxels[p];
    }
}
