package dev.voxgrad.nativecheck.report;

/** Defines the table of exit codes for {@code native-check --help} and {@code medmnist doctor --help}. */
public final class ExitCodes {
    /** Wrong use, as in sysexits.h (EX_USAGE); 2 has another meaning here. */
    public static final int WRONG_USE = 64;
    /** An internal error of the program, as in sysexits.h (EX_SOFTWARE). */
    public static final int INTERNAL_ERROR = 70;

    /** The table's heading. */
    public static final String HEADING = "%nExit codes:%n";
    /** A row of the table in picocli's format. */
    public static final String GPU_ROW = "0:ready for the GPU";
    /** A row of the table in picocli's format. */
    public static final String CPU_ROW = "1:CPU only";
    /** A row of the table in picocli's format. */
    public static final String BROKEN_ROW = "2:broken: something is installed but does not work";
    /** A row of the table in picocli's format. */
    public static final String WRONG_USE_ROW = WRONG_USE + ":wrong use of this command";
    /** A row of the table in picocli's format. */
    public static final String INTERNAL_ERROR_ROW =
            INTERNAL_ERROR + ":an internal error, of the command or of one of its checks; the report shows which";

    private ExitCodes() {}
}
