package dev.voxgrad.medmnist.cli.options;

import java.util.Arrays;

/** The splits, spelled as on the command line and in data files. */
public enum SplitName {
    train,
    val,
    test;

    /** Returns whether a split has one of these names; the array {@code images} of a file is a split of another name. */
    public static boolean isKnown(String name) {
        return Arrays.stream(values()).anyMatch(split -> split.name().equals(name));
    }
}
