package dev.voxgrad.nativecheck.check.cuda;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.CublasBinding;
import dev.voxgrad.nativecheck.library.NativeLibrary;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Reports how the trainer calls cuBLAS, and checks that it can do so in the way that the user requests.
 *
 * @param requested the value of the property {@value CublasBinding#PROPERTY}; empty if it is not set
 * @param library cuBLAS's file; empty if none loads
 * @param gpu whether there is a working driver, so that the library is needed
 */
public record CublasBindingCheck(Optional<String> requested, Optional<Path> library, boolean gpu) implements Check {
    private static final String NAME = "cuBLAS binding";

    /** Returns the binding that the trainer uses; empty if no library loads or the requested binding cannot call it. */
    public Optional<CublasBinding> binding() {
        return candidates().stream()
                .filter(binding -> library.filter(binding::calls).isPresent())
                .findFirst();
    }

    private List<CublasBinding> candidates() {
        return requested
                .map(name -> CublasBinding.named(name).stream().toList())
                .orElse(List.of(CublasBinding.values()));
    }

    /** Returns, in half a sentence, why the user's request cannot be met; empty if it can. */
    public Optional<String> problem() {
        if (candidates().isEmpty()) {
            return Optional.of(option() + " is unknown");
        }
        return library.filter(_ -> binding().isEmpty())
                .map(file -> option() + " requires " + NativeLibrary.CUBLAS.cuda12File() + ", but only "
                        + file.getFileName() + " loads");
    }

    private String option() {
        return "-D" + CublasBinding.PROPERTY + "=" + requested.orElse("");
    }

    @Override
    public Finding judge() {
        Optional<String> problem = problem();
        if (problem.isPresent()) {
            boolean unknown = candidates().isEmpty();
            return unknown || gpu
                    ? Finding.fail(
                            NAME,
                            problem.get(),
                            unknown ? "jcublas or foreign" : "cuBLAS of CUDA 12 for JCublas",
                            "leave the option out" + (unknown ? "" : ", or install cuBLAS of CUDA 12"))
                    : Finding.warn(NAME, problem.get(), "", "");
        }
        return Finding.pass(
                NAME,
                binding()
                                .map(binding -> binding.title() + " for "
                                        + library.orElseThrow().getFileName())
                                .orElse("none, because there is no cuBLAS")
                        + requested.map(_ -> ", because of " + option()).orElse(""));
    }

    /** Returns the impact of a request that cannot be met: the trainer then refuses to run. */
    @Override
    public Impact impact() {
        return Impact.TRAINER;
    }
}
