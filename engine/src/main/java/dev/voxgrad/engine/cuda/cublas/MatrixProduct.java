package dev.voxgrad.engine.cuda.cublas;

import dev.voxgrad.engine.cuda.driver.DeviceBuffer;

/**
 * Describes the product c (rows, columns) = a · b of row-major matrices. cuBLAS is column-major and sees the transpose
 * of each; it therefore computes Cᵀ = Bᵀ·Aᵀ, with b as the first factor.
 *
 * @param rows rows of the result
 * @param columns columns of the result
 * @param inner length of the sums
 * @param a the left factor
 * @param transposeA whether {@code a} is stored as (inner, rows) rather than (rows, inner)
 * @param b the right factor
 * @param transposeB whether {@code b} is stored as (columns, inner) rather than (inner, columns)
 * @param c receives the result
 */
public record MatrixProduct(
        int rows,
        int columns,
        int inner,
        DeviceBuffer a,
        boolean transposeA,
        DeviceBuffer b,
        boolean transposeB,
        DeviceBuffer c) {
    /** {@code CUBLAS_OP_N}. */
    private static final int NO_TRANSPOSE = 0;
    /** {@code CUBLAS_OP_T}. */
    private static final int TRANSPOSE = 1;

    /** Returns the length of a stored row of {@code a}, which is cuBLAS's leading dimension. */
    int leadingA() {
        return transposeA ? rows : inner;
    }

    /** Returns the length of a stored row of {@code b}. */
    int leadingB() {
        return transposeB ? inner : columns;
    }

    /** Returns cuBLAS's number for the way {@code a} is stored. */
    int operationA() {
        return transposeA ? TRANSPOSE : NO_TRANSPOSE;
    }

    /** Returns cuBLAS's number for the way {@code b} is stored. */
    int operationB() {
        return transposeB ? TRANSPOSE : NO_TRANSPOSE;
    }
}
