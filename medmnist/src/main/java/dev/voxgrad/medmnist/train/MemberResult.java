package dev.voxgrad.medmnist.train;

import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.NetSpec;

/**
 * A finished member: one row of {@code members.csv}.
 *
 * @param index in the run
 * @param bestEpoch the epoch of its best model, from 1
 * @param best validation figures of the best model
 * @param last validation figures of the last model
 */
public record MemberResult(int index, NetSpec net, int bestEpoch, Metrics best, Metrics last) {
    private static final int COLUMNS = 10;
    /** Versions before checkpoints had seconds at the end of a row. */
    private static final int COLUMNS_WITH_SECONDS = 11;

    /**
     * Reads a row of {@code members.csv}.
     *
     * @throws IllegalArgumentException if it is not one
     */
    static MemberResult parse(String row) {
        String[] fields = row.split(",", -1);
        if (fields.length != COLUMNS && fields.length != COLUMNS_WITH_SECONDS) {
            throw new IllegalArgumentException(fields.length + " fields, expected " + COLUMNS);
        }
        return new MemberResult(Integer.parseInt(fields[0]), NetSpec.byFlag(fields[1]), Integer.parseInt(fields[5]),
                new Metrics(Double.parseDouble(fields[6]), Double.parseDouble(fields[7])),
                new Metrics(Double.parseDouble(fields[8]), Double.parseDouble(fields[9])));
    }
}
