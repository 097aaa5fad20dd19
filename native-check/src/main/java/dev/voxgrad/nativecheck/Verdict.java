package dev.voxgrad.nativecheck;

import java.util.List;
import java.util.Optional;
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

    /** Draws the conclusion. */
    public static Verdict of(List<Section> sections) {
        Predicate<Section> cuda = section -> Machine.CUDA_SECTIONS.contains(section.title());
        Predicate<Section> gpu = section -> section.title().equals(Machine.GPU_SECTION);
        Optional<Finding> noTrainer = first(sections.stream().filter(cuda.negate()), Status.FAIL);
        if (noTrainer.isPresent()) {
            return new Verdict(Readiness.BROKEN, "The trainer would not run on this machine: "
                    + noTrainer.get().found() + "; " + noTrainer.get().mend() + ".");
        }
        Optional<Finding> brokenGpu = first(sections.stream().filter(cuda), Status.FAIL);
        if (brokenGpu.isPresent()) {
            return new Verdict(Readiness.BROKEN, "The trainer would use the CPU, because the GPU's software is broken: "
                    + brokenGpu.get().found() + ".");
        }
        Optional<Finding> noGpu = first(sections.stream().filter(gpu), Status.WARN);
        if (noGpu.isPresent()) {
            return new Verdict(Readiness.CPU_ONLY,
                    "The trainer would use the CPU, because " + noGpu.get().found() + ".");
        }
        return new Verdict(Readiness.GPU, "This machine is ready for the GPU, but the trainer would use the CPU, "
                + "because this version of Voxgrad has no CUDA device yet.");
    }

    private static Optional<Finding> first(Stream<Section> sections, Status status) {
        return sections.flatMap(section -> section.findings().stream())
                .filter(finding -> finding.status() == status).findFirst();
    }
}
