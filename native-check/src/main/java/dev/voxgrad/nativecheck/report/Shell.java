package dev.voxgrad.nativecheck.report;

/** Quotes names in commands that a user may paste into a shell. */
public final class Shell {
    private Shell() {}

    /** Returns a name as one word for a shell; unchanged if none of its characters is special. */
    public static String quote(String name) {
        return name.matches("[\\p{L}\\p{N}_./+:=@%,-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
