package dev.voxgrad.medmnist.train.settings;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.nn.optim.Adam;
import dev.voxgrad.nn.optim.AdamW;
import dev.voxgrad.nn.optim.SGD;
import dev.voxgrad.nn.optim.UpdateRule;

/** The optimisers that a run can use. */
public enum OptimizerKind implements Flagged {
    /** Adam with decoupled weight decay, as in the original study. */
    ADAMW {
        @Override
        public UpdateRule rule(double learningRate, double weightDecay) {
            return new AdamW(learningRate, weightDecay);
        }
    },
    /** Adam; the weight decay is an L2 penalty in the gradient, as in PyTorch's Adam. */
    ADAM {
        @Override
        public UpdateRule rule(double learningRate, double weightDecay) {
            return new Adam(learningRate, weightDecay);
        }
    },
    /** Stochastic gradient descent with momentum {@value #MOMENTUM}; the weight decay is an L2 penalty. */
    SGD {
        @Override
        public UpdateRule rule(double learningRate, double weightDecay) {
            return new SGD(learningRate, MOMENTUM, weightDecay);
        }
    };

    /** SGD's momentum. */
    public static final double MOMENTUM = 0.9;

    /** Returns how this optimiser updates a parameter. */
    public abstract UpdateRule rule(double learningRate, double weightDecay);

    /** Returns the name in reports, as papers spell it. */
    public String title() {
        return switch (this) {
            case ADAMW -> "AdamW";
            case ADAM -> "Adam";
            case SGD -> "SGD with momentum " + MOMENTUM;
        };
    }

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the optimiser with that name. */
    public static OptimizerKind byFlag(String flag) {
        return Flags.parse("optimizer", flag, List.of(values()));
    }
}
