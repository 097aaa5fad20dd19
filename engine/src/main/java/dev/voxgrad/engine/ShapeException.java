package dev.voxgrad.engine;

/**
 * Reports shapes that do not fit an operation. The message names the operation, the dimension, what was found and what
 * was expected, and the whole shapes.
 */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }

    /**
     * Creates the exception in the form that all operations use: {@code conv3d: input has 3 channels (dim 1) but weight
     * expects 4; input [8,3,28,28,28], weight [16,4,3,3,3]}.
     *
     * @param operation the operation's name
     * @param problem what was found and what was expected
     * @param namedShapes name, shape, name, shape, …
     */
    public static ShapeException of(String operation, String problem, Object... namedShapes) {
        StringBuilder text = new StringBuilder(operation).append(": ").append(problem);
        for (int i = 0; i < namedShapes.length; i += 2) {
            text.append(i == 0 ? "; " : ", ").append(namedShapes[i]).append(' ').append(namedShapes[i + 1]);
        }
        return new ShapeException(text.toString());
    }

    /** Requires {@code shape} to have that rank; {@code form} names the dimensions: (N,C,D,H,W). */
    public static void requireRank(String operation, String name, Shape shape, int rank, String form) {
        if (shape.rank() != rank) {
            throw of(
                    operation,
                    name + " has " + shape.rank() + " dimensions, expected " + rank + " " + form,
                    name,
                    shape);
        }
    }

    /** Requires both shapes to be equal. */
    public static void requireEqual(String operation, String nameA, Shape a, String nameB, Shape b) {
        if (!a.equals(b)) {
            throw of(operation, nameA + " and " + nameB + " must have the same shape", nameA, a, nameB, b);
        }
    }
}
