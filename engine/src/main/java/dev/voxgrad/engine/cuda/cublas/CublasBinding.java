package dev.voxgrad.engine.cuda.cublas;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.ForeignLibrary;
import dev.voxgrad.engine.cuda.driver.CudaDriver;

/**
 * Lists the ways to call cuBLAS, in order of preference, and chooses the first whose library loads. The system property
 * {@value #PROPERTY} forces one of them; if that one does not load, no other is used.
 */
public enum CublasBinding {
    /** JCublas, which requires the library of CUDA 12. */
    JCUBLAS {
        @Override
        Optional<ForeignLibrary> library(int driver) {
            return ForeignLibrary.find(CUDA_12);
        }

        @Override
        String names(int driver) {
            return CUDA_12;
        }

        @Override
        Cublas open(CudaDriver driver) {
            try {
                return new JCublas(driver);
            } catch (LinkageError e) {
                String reason = "JCublas does not load (" + e.getMessage() + "), although " + CUDA_12 + " was found";
                if (requested().isPresent()) {
                    throw new IllegalArgumentException(option() + ": " + reason, e);
                }
                throw new CudaException(reason + "; " + FOREIGN.option() + " calls cuBLAS without JCublas");
            }
        }
    },

    /** The JDK's foreign functions, which call the newest library that the driver supports, of CUDA 12 or 13. */
    FOREIGN {
        @Override
        Optional<ForeignLibrary> library(int driver) {
            return ForeignLibrary.find(NAME, driver);
        }

        @Override
        String names(int driver) {
            return ForeignLibrary.names(NAME, driver);
        }

        @Override
        Cublas open(CudaDriver driver) {
            return new ForeignCublas(
                    driver, library(driver.version()).orElseThrow(() -> new CudaException(missing(driver.version()))));
        }
    };

    /** The system property that forces a binding, by its name in lower case. */
    public static final String PROPERTY = "voxgrad.cublas";

    /** The library that JCublas requires. */
    static final String CUDA_12 = "libcublas.so.12";

    /** The library's file name, without its version. */
    private static final String NAME = "libcublas.so";

    /**
     * Returns the library that this binding would call, if the loader finds it.
     *
     * @param driver the CUDA version that the driver is for, as 1000·major + 10·minor
     */
    abstract Optional<ForeignLibrary> library(int driver);

    /** Lists the files that {@link #library} searches for. */
    abstract String names(int driver);

    /** Creates a handle of cuBLAS. */
    abstract Cublas open(CudaDriver driver);

    /**
     * Returns the binding that the system property forces.
     *
     * @throws IllegalArgumentException if there is no binding of that name
     */
    public static Optional<CublasBinding> requested() {
        return Optional.ofNullable(System.getProperty(PROPERTY))
                .map(name -> Stream.of(values())
                        .filter(binding -> binding.flag().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("-D" + PROPERTY + "=" + name
                                + " is unknown; choose jcublas or foreign, or leave it out for the one that loads")));
    }

    /**
     * Returns the binding to use; empty if there is no cuBLAS.
     *
     * @param driver the CUDA version that the driver is for, as 1000·major + 10·minor
     * @throws IllegalArgumentException if the system property has no valid value, or forces a binding whose library the
     *     loader does not find
     */
    public static Optional<CublasBinding> find(int driver) {
        Optional<CublasBinding> requested = requested();
        requested.filter(binding -> binding.library(driver).isEmpty()).ifPresent(binding -> {
            throw new IllegalArgumentException(binding.option() + " requires " + binding.names(driver)
                    + ", which was not found; install it, or leave the option out");
        });
        return requested.or(() -> Stream.of(values())
                .filter(binding -> binding.library(driver).isPresent())
                .findFirst());
    }

    /** Returns the same as {@link #find}, but throws if there is no cuBLAS. */
    static CublasBinding require(int driver) {
        return find(driver).orElseThrow(() -> new CudaException(missing(driver)));
    }

    /** Returns, in half a sentence, that there is no cuBLAS, and the names of the files that were searched for. */
    public static String missing(int driver) {
        return "cuBLAS was not found (" + FOREIGN.names(driver) + ")";
    }

    /** Returns the value of the system property that forces this binding. */
    String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the option of the JVM that forces this binding. */
    String option() {
        return "-D" + PROPERTY + "=" + flag();
    }
}
