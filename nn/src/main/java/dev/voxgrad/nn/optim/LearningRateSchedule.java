package dev.voxgrad.nn.optim;

import java.util.List;

/** The learning rate of every epoch; the formulas are PyTorch's. */
public interface LearningRateSchedule {
    /** The learning rate of epoch {@code epoch}, counted from 0. */
    double at(int epoch);

    /** Always the same. */
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
     * Multiplied by {@code factor} at each milestone: base·factorᵏ after k of them, as MultiStepLR.
     *
     * @param milestones the first epochs of lower rates, in any order; one that is named twice counts twice
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
     * Another schedule after a linear rise: epoch e of the first {@code epochs} has (e + 1)/(epochs + 1) of the rate
     * that the other schedule begins with; then that schedule runs from its start (Goyal et al., "Accurate, large
     * minibatch SGD", 2017, by epochs).
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
     * Half a cosine from base down to minimum over {@code epochs} epochs, as CosineAnnealingLR; it rises again
     * afterwards (Loshchilov and Hutter, "SGDR", 2017, without the restarts).
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
