package dev.voxgrad.engine.op.conv3d.cpu.direct;

import java.util.Arrays;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;

/**
 * Lists, for each axis, which position a tap reads: {@code d[k][z]} for tap k of position z, or −1 if there is none.
 * Forward, position z of the output reads z·stride − padding + k·dilation of the input; for the input gradient,
 * position z of the input reads the position of the output gradient that has read z.
 *
 * @param size the size of one sample that is read
 */
record TapTable(Dims3 size, int[][] d, int[][] h, int[][] w) {
    /** Returns the table of the forward pass and of the weight gradient. */
    static TapTable forward(Conv3dGeometry g) {
        Dims3 in = g.input();
        Dims3 out = g.output();
        Dims3 k = g.kernel();
        Dims3 s = g.stride();
        Dims3 p = g.padding();
        Dims3 e = g.dilation();
        return new TapTable(
                in,
                axis(k.d(), out.d(), in.d(), s.d(), p.d(), e.d()),
                axis(k.h(), out.h(), in.h(), s.h(), p.h(), e.h()),
                axis(k.w(), out.w(), in.w(), s.w(), p.w(), e.w()));
    }

    /** Returns the table of the input gradient. */
    static TapTable gradient(Conv3dGeometry g) {
        Dims3 in = g.input();
        TapTable t = forward(g);
        return new TapTable(g.output(), inverse(t.d, in.d()), inverse(t.h, in.h()), inverse(t.w, in.w()));
    }

    private static int[][] axis(int kernel, int outputs, int inputs, int stride, int padding, int dilation) {
        int[][] reads = new int[kernel][outputs];
        for (int k = 0; k < kernel; k++) {
            for (int z = 0; z < outputs; z++) {
                int u = z * stride - padding + k * dilation;
                reads[k][z] = u >= 0 && u < inputs ? u : -1;
            }
        }
        return reads;
    }

    private static int[][] inverse(int[][] reads, int inputs) {
        int[][] readers = new int[reads.length][inputs];
        for (int k = 0; k < reads.length; k++) {
            Arrays.fill(readers[k], -1);
            for (int z = 0; z < reads[k].length; z++) {
                if (reads[k][z] >= 0) {
                    readers[k][reads[k][z]] = z;
                }
            }
        }
        return readers;
    }

    /** Returns how many positions of a sample have something to read at a tap, numbered in row-major order. */
    long pairs(int tap) {
        return pairs(d[tap / w.length / h.length]) * pairs(h[tap / w.length % h.length]) * pairs(w[tap % w.length]);
    }

    private static long pairs(int[] reads) {
        return Arrays.stream(reads).filter(u -> u >= 0).count();
    }

    /** Returns which planes are read at some tap. */
    boolean[] planesRead() {
        boolean[] read = new boolean[size.d()];
        for (int[] reads : d) {
            for (int z : reads) {
                if (z >= 0) {
                    read[z] = true;
                }
            }
        }
        return read;
    }

    /** Returns the number of taps. */
    int taps() {
        return d.length * h.length * w.length;
    }
}
