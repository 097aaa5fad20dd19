package dev.voxgrad.medmnist.cli.options;

/** Tells commands whether the user passed {@code --debug}; the main command, which has the option, implements it. */
public interface DebugOption {
    /** Returns whether a failure's stack trace is printed. */
    boolean debug();
}
