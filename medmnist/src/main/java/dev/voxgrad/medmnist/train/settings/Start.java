package dev.voxgrad.medmnist.train.settings;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;
import dev.voxgrad.nn.ConvolutionStart;
import dev.voxgrad.nn.Initialization;
import dev.voxgrad.nn.Layer;

/** The distributions that a net's random initial weights are drawn from. */
public enum Start implements Flagged {
    /** Those of PyTorch's layers. */
    DEFAULT,
    /**
     * Those of MedMNIST's script, which makes its 3D nets from 2D nets: every depth plane of a 3D kernel starts as a
     * third of the same 2D kernel. Nets without such kernels start as by default.
     */
    I3D;

    /** Returns the name on the command line. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Sets all weights of a net to random values. */
    public void initialize(Layer net, long seed) {
        Initialization.apply(net, seed, this == I3D ? ConvolutionStart.I3D : ConvolutionStart.DEFAULT);
    }

    /** Returns the start with that name. */
    public static Start byFlag(String flag) {
        return Flags.parse("start", flag, List.of(values()));
    }
}
