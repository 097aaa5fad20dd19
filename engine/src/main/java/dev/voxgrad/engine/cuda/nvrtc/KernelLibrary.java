package dev.voxgrad.engine.cuda.nvrtc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.engine.cuda.ForeignLibrary;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaKernel;

/**
 * Loads our own kernels on one GPU. A file is compiled when one of its kernels is first used: by NVRTC if it is
 * installed; otherwise the PTX of the build is used.
 */
public final class KernelLibrary {
    private static final Map<CudaDriver, KernelLibrary> OF_GPUS = new HashMap<>();

    private final CudaDriver driver;
    private final Map<CudaSource, CUmodule> modules = new HashMap<>();
    private final Map<String, CudaKernel> kernels = new HashMap<>();
    /** Null until the first kernel is used. */
    private @Nullable Optional<Nvrtc> compiler;

    private KernelLibrary(CudaDriver driver) {
        this.driver = driver;
    }

    /** Returns a GPU's kernels, which all its devices share. */
    public static synchronized KernelLibrary of(CudaDriver driver) {
        return OF_GPUS.computeIfAbsent(driver, KernelLibrary::new);
    }

    /** Returns the kernel of that name in a file. */
    public synchronized CudaKernel kernel(CudaSource source, String name) {
        return kernels.computeIfAbsent(source.name() + "/" + name, _ -> find(source, name));
    }

    private CudaKernel find(CudaSource source, String name) {
        driver.bind();
        CUfunction function = new CUfunction();
        CudaDriver.check(
                "cuModuleGetFunction " + name + " of " + source.name() + ".cu",
                JCudaDriver.cuModuleGetFunction(function, modules.computeIfAbsent(source, this::load), name));
        return new CudaKernel(name, function);
    }

    private CUmodule load(CudaSource source) {
        if (compiler == null) {
            compiler = Nvrtc.find(driver.version());
        }
        byte[] image = compiler.isPresent()
                ? compiler.get().compile(source.name() + ".cu", source.text(), driver.computeCapability())
                : source.ptx()
                        .orElseThrow(() -> new CudaException(source.name() + ".cu can't be compiled, as no "
                                + ForeignLibrary.names(Nvrtc.NAME, driver.version())
                                + " was found, and this build contains no PTX; install NVRTC"));
        CUmodule module = new CUmodule();
        int status = JCudaDriver.cuModuleLoadData(module, image);
        if (status == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
            throw new CudaException("the driver, which is for CUDA " + CudaDriver.inWords(driver.version())
                    + ", is too old for the PTX of "
                    + compiler.map(Nvrtc::libraryName).orElse("this build")
                    + "; update the driver, or install NVRTC of CUDA " + driver.version() / 1000);
        }
        CudaDriver.check("loading " + source.name() + ".cu", status);
        return module;
    }
}
