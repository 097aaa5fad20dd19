package dev.voxgrad.engine.device.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.device.CpuDevice;

/**
 * Multiplies two matrices that fit the second-level cache, such as those of linear layers.
 *
 * <p>A task computes {@value #VECTORS} vectors of columns: it packs those columns of B next to each other, padded with
 * zeros, and runs down the rows of A, {@value #ROWS} at a time, with all sums in registers. Every element of the result
 * is summed up in the order of k, whatever the number of threads.
 */
public final class SmallGemm {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int VECTORS = 2;
    /** 12 sums, 2 vectors of B and one broadcast value of A: 15 of the 16 registers that AVX2 has. */
    public static final int ROWS = 6;

    /** The number of columns in a panel. */
    public static final int COLUMNS = VECTORS * Lanes.COUNT;

    private SmallGemm() {}

    /**
     * Views an array as a matrix, possibly transposed.
     *
     * @param rowStride distance from A[i][j] to A[i+1][j]
     * @param columnStride distance from A[i][j] to A[i][j+1]
     */
    public record Matrix(float[] values, int rowStride, int columnStride) {
        /** Returns the matrix whose rows of that many columns follow one another in {@code values}. */
        public static Matrix rowMajor(float[] values, int columns) {
            return new Matrix(values, columns, 1);
        }

        /** Returns the transposed matrix, in the same array. */
        public Matrix transposed() {
            return new Matrix(values, columnStride, rowStride);
        }
    }

    /** Computes c (m × n, row-major) = a (m × k) · b (k × n). */
    public static void multiply(CpuDevice device, int m, int n, int k, Matrix a, Matrix b, float[] c) {
        device.parallel(Math.ceilDiv(n, COLUMNS), task -> {
            int column = task * COLUMNS;
            int columns = Math.min(COLUMNS, n - column);
            float[] panel = device.borrow(k * COLUMNS);
            float[] tile = device.borrow(ROWS * COLUMNS);
            pack(b, k, column, columns, panel);
            int i = 0;
            for (; i <= m - ROWS; i += ROWS) {
                multiplyRows(a.values, i * a.rowStride, a.rowStride, a.columnStride, k, panel, tile);
                store(tile, ROWS, columns, c, i * n + column, n);
            }
            for (; i < m; i++) {
                multiplyRow(a.values, i * a.rowStride, a.columnStride, k, panel, tile);
                store(tile, 1, columns, c, i * n + column, n);
            }
            device.giveBack(panel);
            device.giveBack(tile);
        });
    }

    private static void pack(Matrix b, int k, int column, int columns, float[] panel) {
        for (int j = 0; j < COLUMNS; j++) {
            for (int p = 0; p < k; p++) {
                panel[p * COLUMNS + j] = j < columns ? b.values[p * b.rowStride + (column + j) * b.columnStride] : 0;
            }
        }
    }

    private static void store(float[] tile, int rows, int columns, float[] c, int to, int rowLength) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(tile, r * COLUMNS, c, to + r * rowLength, columns);
        }
    }

    /**
     * Multiplies {@value #ROWS} rows of a matrix by a panel of {@link #COLUMNS} columns, with all sums in registers.
     *
     * @param a the matrix; its element (i, p) is at {@code from + i·rowStride + p·columnStride}
     * @param k the length of the rows
     * @param panel (k × {@link #COLUMNS}), row-major
     * @param tile receives the result ({@value #ROWS} × {@link #COLUMNS}), row-major
     */
    public static void multiplyRows(
            float[] a, int from, int rowStride, int columnStride, int k, float[] panel, float[] tile) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromArray(S, panel, p * COLUMNS);
            FloatVector b1 = FloatVector.fromArray(S, panel, p * COLUMNS + S.length());
            int i = from + p * columnStride;
            FloatVector a0 = FloatVector.broadcast(S, a[i]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[i + rowStride]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[i + 2 * rowStride]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[i + 3 * rowStride]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(S, a[i + 4 * rowStride]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            FloatVector a5 = FloatVector.broadcast(S, a[i + 5 * rowStride]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
        }
        c00.intoArray(tile, 0);
        c01.intoArray(tile, S.length());
        c10.intoArray(tile, COLUMNS);
        c11.intoArray(tile, COLUMNS + S.length());
        c20.intoArray(tile, 2 * COLUMNS);
        c21.intoArray(tile, 2 * COLUMNS + S.length());
        c30.intoArray(tile, 3 * COLUMNS);
        c31.intoArray(tile, 3 * COLUMNS + S.length());
        c40.intoArray(tile, 4 * COLUMNS);
        c41.intoArray(tile, 4 * COLUMNS + S.length());
        c50.intoArray(tile, 5 * COLUMNS);
        c51.intoArray(tile, 5 * COLUMNS + S.length());
    }

    private static void multiplyRow(float[] a, int from, int columnStride, int k, float[] panel, float[] tile) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector a0 = FloatVector.broadcast(S, a[from + p * columnStride]);
            c0 = a0.fma(FloatVector.fromArray(S, panel, p * COLUMNS), c0);
            c1 = a0.fma(FloatVector.fromArray(S, panel, p * COLUMNS + S.length()), c1);
        }
        c0.intoArray(tile, 0);
        c1.intoArray(tile, S.length());
    }
}
