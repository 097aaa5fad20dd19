package dev.voxgrad.nativecheck.report;

/** Writes names into commands that a user may paste into a shell. */
public final class Shell {
    private Shell() {}

    /** Returns a name as one word of the shell's; as it is where nothing in it means anything to a shell. */
    public static String quote(String name) {
        return name.matches("[\\p{L}\\p{N}_./+:=@%,-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
