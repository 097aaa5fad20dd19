package dev.voxgrad.medmnist.cli.options;

/** The splits, spelled as on the command line and in data files. */
public enum SplitName {
    train,
    val,
    test
}
