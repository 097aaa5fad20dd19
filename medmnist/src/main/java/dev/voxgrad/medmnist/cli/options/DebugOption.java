package dev.voxgrad.medmnist.cli.options;

/** Gives commands access to {@code --debug}. The main command, which has the option, implements it. */
public interface DebugOption {
    /** Returns whether a failure's stack trace is printed. */
    boolean debug();
}
