package dev.voxgrad.nativecheck.library;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Lists the trainer's ways to call cuBLAS, in its order of preference. */
public enum CublasBinding {
    /** JCublas, which requires the library of CUDA 12. */
    JCUBLAS("JCublas 12.6"),
    /** The JDK's foreign functions, for CUDA 12 or 13. */
    FOREIGN("the JDK's foreign functions");

    /** The system property that forces a binding, in the trainer as well as here. */
    public static final String PROPERTY = "voxgrad.cublas";

    private final String title;

    CublasBinding(String title) {
        this.title = title;
    }

    /** Returns its name in the report. */
    public String title() {
        return title;
    }

    /** Returns the value of the property that forces it. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the JVM's option that forces it. */
    public String option() {
        return "-D" + PROPERTY + "=" + flag();
    }

    /** Returns the binding with that flag. */
    public static Optional<CublasBinding> named(String flag) {
        return Stream.of(values())
                .filter(binding -> binding.flag().equals(flag))
                .findFirst();
    }

    /** Returns whether it can call the library in that file. */
    public boolean calls(Path file) {
        return this == FOREIGN || file.endsWith(NativeLibrary.CUBLAS.cuda12File());
    }

    /**
     * Returns the library's file names in the order in which the trainer tries them: JCublas's first, unless foreign
     * functions are requested, which prefer the newest.
     *
     * @param requested the value of the property
     * @param driver the newest CUDA that the driver can run; empty if there is no driver
     */
    public static List<String> files(Optional<String> requested, Optional<CudaVersion> driver) {
        List<String> newestFirst = NativeLibrary.CUBLAS.files(driver);
        return requested.equals(Optional.of(FOREIGN.flag())) ? newestFirst : newestFirst.reversed();
    }
}
