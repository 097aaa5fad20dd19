package dev.voxgrad.medmnist.cli.options;

/** The splits, spelled as on the command line. */
public enum SplitName {
    train,
    val,
    test
}
