package dev.voxgrad.medmnist.data;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Names what a data set requires; decides the loss and how scores are evaluated. */
public enum Task implements Flagged {
    /** Two classes, one per sample. */
    BINARY("binary", "binary-class"),
    /** Three or more classes, one per sample. */
    MULTI_CLASS("multi-class", "multi-class"),
    /** Several independent yes/no labels per sample. */
    MULTI_LABEL("multi-label", "multi-label, binary-class");

    private final String flag;
    private final String officialName;

    Task(String flag, String officialName) {
        this.flag = flag;
        this.officialName = officialName;
    }

    /** Returns the task's name on the command line. */
    @Override
    public String flag() {
        return flag;
    }

    /** Returns the name MedMNIST uses for this task. */
    public String officialName() {
        return officialName;
    }

    /** Returns the command-line names of all tasks: {@code binary, multi-class, multi-label}. */
    public static String flags() {
        return Flags.list(List.of(values()));
    }

    /** Returns the task of that command-line or official name, if there is one. */
    public static Optional<Task> byName(String name) {
        return Arrays.stream(values())
                .filter(task -> task.flag.equals(name) || task.officialName.equals(name))
                .findFirst();
    }
}
