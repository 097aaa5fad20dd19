package dev.voxgrad.medmnist.data;

/** What a data set asks for; decides the loss and how scores are judged. */
public enum Task {
    /** Two classes, one per sample. */
    BINARY("binary-class"),
    /** Three or more classes, one per sample. */
    MULTI_CLASS("multi-class"),
    /** Several independent yes/no labels per sample. */
    MULTI_LABEL("multi-label, binary-class");

    private final String officialName;

    Task(String officialName) {
        this.officialName = officialName;
    }

    /** The name MedMNIST uses for this task. */
    public String officialName() {
        return officialName;
    }
}
