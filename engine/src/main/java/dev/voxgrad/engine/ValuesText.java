package dev.voxgrad.engine;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.function.IntToDoubleFunction;

/** Writes the values of a tensor for people: all of a small one in nested brackets, the first few of a large one. */
final class ValuesText {
    /** The most values that are written in full. */
    private static final int FEW = 24;
    /** The values written of a larger tensor. */
    private static final int FIRST = 4;

    private static final MathContext DIGITS = new MathContext(5);

    private final Shape shape;
    private final IntToDoubleFunction values;
    private final StringBuilder text = new StringBuilder();
    private int next;

    private ValuesText(Shape shape, IntToDoubleFunction values) {
        this.shape = shape;
        this.values = values;
    }

    /**
     * Returns the values as text, rounded to five digits.
     *
     * @param values the value at each index of the row-major order
     */
    static String of(Shape shape, IntToDoubleFunction values) {
        ValuesText text = new ValuesText(shape, values);
        if (shape.elements() <= FEW) {
            text.nest(0);
        } else {
            text.first();
        }
        return text.text.toString();
    }

    private void nest(int dimension) {
        if (dimension == shape.rank()) {
            text.append(number(values.applyAsDouble(next++)));
            return;
        }
        text.append('[');
        for (int i = 0; i < shape.dim(dimension); i++) {
            text.append(i == 0 ? "" : ", ");
            nest(dimension + 1);
        }
        text.append(']');
    }

    private void first() {
        for (int i = 0; i < FIRST; i++) {
            text.append(number(values.applyAsDouble(i))).append(", ");
        }
        text.append("… (").append(shape.elements()).append(" values)");
    }

    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        boolean readable = value == 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e7);
        return readable ? rounded.toPlainString() : rounded.toString();
    }
}
