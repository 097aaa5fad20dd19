package dev.voxgrad.engine.device.cuda;

import java.util.Locale;
import java.util.Optional;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.cublas.CublasBinding;
import dev.voxgrad.engine.device.Availability;
import dev.voxgrad.engine.device.CudaDevice;

/** Checks whether a GPU of this machine can be used. On a machine without a driver, no native library is loaded. */
public final class CudaSearch {
    private CudaSearch() {}

    /**
     * Returns the GPU of that number, or the reason why it is not available.
     *
     * @throws IllegalArgumentException if the machine has GPUs, but none of that number, or if the user forces a
     *     binding of cuBLAS that does not exist or does not load
     */
    public static Availability find(int gpu, CudaDevice.Settings settings) {
        CublasBinding.requested(); // a wrong name is an error even where there is no GPU
        String os = System.getProperty("os.name");
        String architecture = System.getProperty("os.arch");
        if (!os.toLowerCase(Locale.ROOT).contains("linux") || !architecture.equals("amd64")) {
            return new Availability.Missing(
                    "GPUs are used on Linux x86-64 only, and this is " + os + " " + architecture);
        }
        try {
            Optional<String> absent = CudaLibraries.firstMissing(gpu);
            if (absent.isPresent()) {
                return new Availability.Missing(absent.get());
            }
            return new Availability.Available(new CudaDevice(gpu, settings));
        } catch (CudaException e) {
            return new Availability.Missing(String.valueOf(e.getMessage()));
        } catch (IllegalCallerException e) {
            return new Availability.Missing("Java may not call native libraries (" + e.getMessage()
                    + "); start it with --enable-native-access=ALL-UNNAMED");
        } catch (LinkageError e) {
            return new Availability.Missing("JCuda's native libraries don't load (" + e.getMessage() + ")");
        }
    }
}
