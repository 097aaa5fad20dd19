package dev.voxgrad.medmnist.nifti;

import dev.voxgrad.medmnist.io.DataFileException;

/**
 * Computes the affine of a header from the best of its three methods, in the order of nibabel's
 * {@code get_best_affine}: the sform if its code is not 0, otherwise the qform if its code is not 0, otherwise the
 * spacing alone, with the first axis to the left and the volume's centre at the origin.
 *
 * <p>The qform is {@code M = R diag(s₁, s₂, qfac s₃)}, where R is the rotation of the unit quaternion (a, b, c, d) with
 * {@code a = √(1 − b² − c² − d²)}, and s are the spacings. As nibabel does, a qfac other than −1 is taken as 1, and a
 * spacing that is 0 or negative as 1 or its magnitude. Source: {@code nifti1.h}, methods 1 to 3.
 */
final class HeaderAffine {
    private final HeaderFields fields;
    private final String where;

    private HeaderAffine(HeaderFields fields, String where) {
        this.fields = fields;
        this.where = where;
    }

    /**
     * Returns the affine.
     *
     * @param shape lengths of the first three dimensions
     * @throws DataFileException if its values are NaN or infinite, or the quaternion is longer than 1
     */
    static Affine of(HeaderFields fields, int[] shape, String where) {
        HeaderAffine header = new HeaderAffine(fields, where);
        Affine affine = fields.sformCode() != 0
                ? header.sform()
                : fields.qformCode() != 0 ? header.qform() : header.base(shape);
        if (!affine.isFinite()) {
            throw header.refusal("its affine contains NaN or infinite values");
        }
        return affine;
    }

    private DataFileException refusal(String why) {
        return new DataFileException(
                where,
                "does not say where its voxels are: " + why + ". The file is damaged, or its writer has an error; "
                        + "write it again");
    }

    private Affine sform() {
        double[] rows = new double[12];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = fields.sform(i);
        }
        return new Affine(rows);
    }

    private double spacing(int axis) {
        double size = fields.pixelSize(1 + axis);
        return size == 0 ? 1 : Math.abs(size);
    }

    private Affine base(int[] shape) {
        double[] rows = new double[12];
        for (int axis = 0; axis < 3; axis++) {
            double step = axis == 0 ? -spacing(axis) : spacing(axis);
            rows[5 * axis] = step;
            rows[4 * axis + 3] = -step * ((shape[axis] - 1) / 2.0);
        }
        return new Affine(rows);
    }

    private Affine qform() {
        Extended[] rotation = rotation();
        double[] rows = new double[12];
        for (int row = 0; row < 3; row++) {
            for (int axis = 0; axis < 3; axis++) {
                double step = axis == 2 && fields.pixelSize(0) == -1 ? -spacing(axis) : spacing(axis);
                if (!Double.isFinite(step)) {
                    throw refusal("the spacing of its voxels is NaN or infinite");
                }
                rows[4 * row + axis] =
                        rotation[3 * row + axis].times(Extended.of(step)).toDouble();
            }
            rows[4 * row + 3] = fields.qform(3 + row);
        }
        return new Affine(rows);
    }

    /** Returns the 3×3 rotation of the unit quaternion, row by row. */
    private Extended[] rotation() {
        double b = fields.qform(0);
        double c = fields.qform(1);
        double d = fields.qform(2);
        double tolerance = 3 * (fields.version() == 1 ? Math.ulp(1f) : Math.ulp(1.0));
        if (!(b * b + c * c + d * d <= 1 + tolerance)) {
            throw refusal("the quaternion of its qform is longer than 1");
        }
        Extended one = Extended.of(1);
        Extended x = Extended.of(b);
        Extended y = Extended.of(c);
        Extended z = Extended.of(d);
        Extended rest = one.minus(x.times(x).plus(y.times(y)).plus(z.times(z)));
        Extended w = rest.value().signum() < 0 ? Extended.of(0) : rest.root();
        Extended length = w.times(w).plus(x.times(x)).plus(y.times(y)).plus(z.times(z));
        Extended s = Extended.of(2).dividedBy(length);
        Extended xs = x.times(s);
        Extended ys = y.times(s);
        Extended zs = z.times(s);
        return new Extended[] {
            one.minus(y.times(ys).plus(z.times(zs))),
            x.times(ys).minus(w.times(zs)),
            x.times(zs).plus(w.times(ys)),
            x.times(ys).plus(w.times(zs)),
            one.minus(x.times(xs).plus(z.times(zs))),
            y.times(zs).minus(w.times(xs)),
            x.times(zs).minus(w.times(ys)),
            y.times(zs).plus(w.times(xs)),
            one.minus(x.times(xs).plus(y.times(ys)))
        };
    }
}
