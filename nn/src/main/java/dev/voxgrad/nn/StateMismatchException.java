package dev.voxgrad.nn;

import java.util.ArrayList;
import java.util.List;

/** Reports saved tensors that do not fit the net or optimiser they were to be loaded into. Nothing was loaded. */
public final class StateMismatchException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    /** Maximum number of names of each kind that a message lists before it counts the rest. */
    private static final int LISTED = 8;

    /** Creates the exception from names with their shapes; {@code misfits} also say what was expected. */
    StateMismatchException(List<String> missing, List<String> unexpected, List<String> misfits) {
        super(message(missing, unexpected, misfits));
    }

    private static String message(List<String> missing, List<String> unexpected, List<String> misfits) {
        List<String> parts = new ArrayList<>();
        describe(parts, "missing", missing);
        describe(parts, "unexpected", unexpected);
        describe(parts, "of the wrong form", misfits);
        return "saved tensors do not fit, nothing was loaded: " + String.join("; ", parts);
    }

    private static void describe(List<String> parts, String what, List<String> names) {
        if (!names.isEmpty()) {
            String listed = String.join(", ", names.subList(0, Math.min(LISTED, names.size())));
            String rest = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
            parts.add(names.size() + " " + what + " (" + listed + rest + ")");
        }
    }
}
