package dev.voxgrad.medmnist.metrics;

import java.io.Serial;

import dev.voxgrad.medmnist.io.DataException;

/** Thrown if labels or scores do not define a figure, such as the AUC of a class that does not occur. */
public final class UndefinedMetricException extends DataException {
    @Serial
    private static final long serialVersionUID = 1;

    public UndefinedMetricException(String message) {
        super(message);
    }
}
