package dev.voxgrad.nn.optim;

import java.util.List;

/** Determines the learning rate of every epoch; the formulas are PyTorch's. */
public interface LearningRateSchedule {
    /** Returns the learning rate of epoch {@code epoch}, counted from 0. */
    double at(int epoch);

    /** Keeps the learning rate constant. */
    record Constant(double rate) implements LearningRateSchedule {
        public Constant {
            requireRate("rate", rate);
        }

        @Override
        public double at(int epoch) {
            return rate;
        }
    }

    /**
     * Multiplies the learning rate by {@code factor} at each milestone: base·factorᵏ after k of them, like MultiStepLR.
     *
     * @param milestones the epochs at which the rate changes, in any order; an epoch that is listed twice counts twice
     */
    record MultiStep(double base, List<Integer> milestones, double factor) implements LearningRateSchedule {
        public MultiStep {
            milestones = List.copyOf(milestones);
            requireRate("base", base);
            requireRate("factor", factor);
        }

        @Override
        public double at(int epoch) {
            long passed =
                    milestones.stream().filter(milestone -> milestone <= epoch).count();
            return base * Math.pow(factor, passed);
        }
    }

    /**
     * Precedes another schedule with a linear rise: epoch e of the first {@code epochs} has (e + 1)/(epochs + 1) of the
     * rate that the other schedule starts with; then that schedule runs from its start (Goyal et al., "Accurate, large
     * minibatch SGD", 2017, but by epochs).
     *
     * @param epochs the number of epochs of the rise, at least 0
     * @param then the schedule that follows
     */
    record WarmUp(int epochs, LearningRateSchedule then) implements LearningRateSchedule {
        public WarmUp {
            if (epochs < 0) {
                throw new IllegalArgumentException("schedule: warm-up epochs is " + epochs + ", expected at least 0");
            }
        }

        @Override
        public double at(int epoch) {
            return epoch < epochs ? then.at(0) * (epoch + 1) / (epochs + 1) : then.at(epoch - epochs);
        }
    }

    /**
     * Lowers the learning rate from base to minimum along half a cosine over {@code epochs} epochs, like
     * CosineAnnealingLR; it rises again afterwards (Loshchilov and Hutter, "SGDR", 2017, without restarts).
     */
    record CosineAnnealing(double base, int epochs, double minimum) implements LearningRateSchedule {
        public CosineAnnealing {
            if (epochs < 1) {
                throw new IllegalArgumentException("schedule: epochs is " + epochs + ", expected at least 1");
            }
            requireRate("base", base);
            requireRate("minimum", minimum);
        }

        @Override
        public double at(int epoch) {
            return minimum + (base - minimum) * (1 + Math.cos(Math.PI * epoch / epochs)) / 2;
        }
    }

    private static void requireRate(String what, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "schedule: " + what + " is " + value + ", expected at least 0 and finite");
        }
    }
}
