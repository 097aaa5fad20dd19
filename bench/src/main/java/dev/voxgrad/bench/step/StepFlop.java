package dev.voxgrad.bench.step;

import dev.voxgrad.medmnist.nets.NetSummary;

/**
 * Counts the floating-point operations of a step in convolutions and linear layers, by definition: those of direct
 * convolution, a multiply-add as two, whatever an engine executes.
 *
 * @param train the operations of a training step; the volumes themselves get no gradient
 * @param infer the operations of an inference
 */
public record StepFlop(double train, double infer) {
    /** Counts the operations of a batch. */
    public static StepFlop of(StepCase work) {
        return of(NetSummary.of(work.net(), work.volume(), StepCase.CLASSES), work.batch());
    }

    /** Counts the operations of a batch of that many volumes, one of which the summary describes. */
    public static StepFlop of(NetSummary summary, int batch) {
        double volumesGradient = summary.rows().stream()
                .mapToLong(NetSummary.Row::flop)
                .filter(flop -> flop > 0)
                .findFirst()
                .orElse(0);
        double forward = summary.flop();
        return new StepFlop(batch * (3 * forward - volumesGradient), batch * forward);
    }
}
