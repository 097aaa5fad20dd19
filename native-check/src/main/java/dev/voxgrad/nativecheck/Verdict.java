package dev.voxgrad.nativecheck;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What the findings amount to.
 *
 * @param readiness in one word
 * @param sentence what the trainer would use, and why
 */
public record Verdict(Readiness readiness, String sentence) {
    /** How far this machine is. */
    public enum Readiness {
        /** Everything the GPU needs is there. */
        GPU(0),
        /** Training runs, on the CPU. */
        CPU_ONLY(1),
        /** Something is there and does not work. */
        BROKEN(2);

        private final int exitCode;

        Readiness(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The command's exit code. */
        public int exitCode() {
            return exitCode;
        }
    }

    /**
     * Findings about what the trainer misses only once it has taken the GPU: a kernel is compiled when it is first
     * launched.
     */
    private static final Set<String> NEEDED_LATER = Set.of(NativeLibrary.NVRTC.title(),
            NativeLibrary.NVRTC_BUILTINS.title(), CudaVersionCheck.Library.PTX.title());

    /** Draws the conclusion. */
    public static Verdict of(List<Section> sections) {
        Predicate<Section> cuda = section -> Machine.CUDA_SECTIONS.contains(section.title());
        Optional<Finding> noTrainer = sections.stream().filter(cuda.negate())
                .flatMap(section -> with(Status.FAIL, section)).findFirst();
        if (noTrainer.isPresent()) {
            return new Verdict(Readiness.BROKEN, "The trainer would not run on this machine: "
                    + noTrainer.get().found() + "; " + noTrainer.get().mend() + ".");
        }
        Optional<Finding> noGpu = sections.stream().filter(section -> section.title().equals(Machine.GPU_SECTION))
                .flatMap(section -> with(Status.WARN, section)).findFirst();
        List<Section> broken = sections.stream().filter(cuda)
                .filter(section -> with(Status.FAIL, section).findAny().isPresent()).toList();
        Gpus gpus = Gpus.in(sections);
        if (!broken.isEmpty()) {
            return new Verdict(Readiness.BROKEN, broken(broken, noGpu.isPresent(), gpus));
        }
        if (noGpu.isPresent()) {
            return new Verdict(Readiness.CPU_ONLY,
                    "The trainer would use the CPU, because " + noGpu.get().found() + ".");
        }
        return new Verdict(Readiness.GPU, "The trainer would use " + gpus.taken()
                + ", because all that it needs is there and works" + gpus.choice() + ".");
    }

    private static String broken(List<Section> sections, boolean noGpu, Gpus gpus) {
        Optional<Finding> noDevice = sections.stream()
                .filter(section -> !section.title().equals(CudaMachine.SMOKE_TESTS))
                .flatMap(section -> with(Status.FAIL, section))
                .filter(finding -> !NEEDED_LATER.contains(finding.name())).findFirst();
        boolean firstGpuOnly = sections.stream().allMatch(section -> section.title().equals(CudaMachine.SMOKE_TESTS)
                || with(Status.FAIL, section).allMatch(finding -> finding.name().equals(Gpus.FIRST)));
        Finding first = noDevice.or(() -> with(Status.FAIL, sections.getFirst()).findFirst()).orElseThrow();
        return noDevice.isPresent() || noGpu
                ? "The trainer would use the CPU, because the GPU's software is broken: " + first.found()
                        + (firstGpuOnly ? gpus.choice() : "") + "."
                : "The trainer would take " + gpus.taken() + " and fail on it: " + first.found()
                        + "; until that is mended, use --device cpu.";
    }

    /** Findings of a status, but for those about GPUs that the trainer does not take by itself. */
    private static Stream<Finding> with(Status status, Section section) {
        return section.findings().stream().filter(finding -> finding.status() == status)
                .filter(finding -> !Gpus.isFurther(finding));
    }

    /**
     * The GPUs that there are.
     *
     * @param count how many
     * @param others names of those beside the first that nothing is wrong with
     */
    private record Gpus(int count, List<String> others) {
        static final String FIRST = GpuCheck.name(0);

        static Gpus in(List<Section> sections) {
            List<Finding> further = sections.stream().flatMap(section -> section.findings().stream())
                    .filter(Gpus::isFurther).toList();
            return new Gpus(1 + further.size(), further.stream()
                    .filter(finding -> finding.status() == Status.PASS).map(Finding::name).toList());
        }

        static boolean isFurther(Finding finding) {
            return finding.name().matches("cuda:\\d+") && !finding.name().equals(FIRST);
        }

        /** What the trainer takes by itself. */
        String taken() {
            return count == 1 ? "the GPU" : FIRST + " of " + count + " GPUs";
        }

        /** How it takes another; empty where there is none that works. */
        String choice() {
            return others.isEmpty() ? "" : "; --device " + String.join(" or ", others) + " takes another";
        }
    }
}
