package dev.voxgrad.medmnist.cli;

/** The splits, spelled as on the command line. */
enum SplitName {
    train,
    val,
    test
}
