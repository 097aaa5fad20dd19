package dev.voxgrad.engine.flag;

/** A value that users choose by name. Constants of enums usually are such values. */
public interface Flagged {
    /** Returns the name as the command line spells it, such as {@code winograd}. */
    String flag();
}
