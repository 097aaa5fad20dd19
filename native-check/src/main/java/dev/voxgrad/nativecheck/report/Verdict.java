package dev.voxgrad.nativecheck.report;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Draws the conclusion from the findings, based on their {@link Status} and {@link Impact}, never on their wording.
 *
 * @param readiness the conclusion in one word
 * @param sentence which device the trainer would use, and why
 */
public record Verdict(Readiness readiness, String sentence) {
    /** Classifies how ready this machine is for training. */
    public enum Readiness {
        /** Everything that the GPU needs is available. */
        GPU(0),
        /** Training runs, on the CPU. */
        CPU_ONLY(1),
        /** Something is installed but does not work. */
        BROKEN(2),
        /** A check failed with an internal error, so nothing is certain. */
        UNKNOWN(ExitCodes.INTERNAL_ERROR);

        private final int exitCode;

        Readiness(int exitCode) {
            this.exitCode = exitCode;
        }

        /** Returns the command's exit code. */
        public int exitCode() {
            return exitCode;
        }
    }

    private static final Set<Impact> NEEDED_TO_OPEN_A_GPU =
            EnumSet.of(Impact.GPU, Impact.GPU_SOFTWARE, Impact.FIRST_GPU);
    private static final Set<Impact> NEEDED_ON_THE_GPU = EnumSet.of(Impact.FIRST_KERNEL, Impact.TRIAL);
    private static final Set<Impact> NEEDED_ON_ANY_GPU =
            EnumSet.of(Impact.GPU, Impact.GPU_SOFTWARE, Impact.FIRST_KERNEL);
    private static final Set<Impact> GPUS = EnumSet.of(Impact.GPU, Impact.FIRST_GPU);

    /** Draws the conclusion. */
    public static Verdict of(List<Section> sections) {
        List<Finding> all = sections.stream()
                .flatMap(section -> section.findings().stream())
                .toList();
        Verdict verdict = ofWhatIsKnown(all);
        List<Finding> unknown = all.stream()
                .filter(finding -> finding.impact() == Impact.UNKNOWN)
                .toList();
        if (unknown.isEmpty()) {
            return verdict;
        }
        String checks = unknown.size() == 1 ? "a check" : unknown.size() + " checks";
        String names = unknown.stream().map(Finding::name).distinct().collect(Collectors.joining(", "));
        return new Verdict(
                Readiness.UNKNOWN,
                verdict.sentence() + " But this is not certain, because " + checks + " failed with an internal error: "
                        + names + ".");
    }

    private static Verdict ofWhatIsKnown(List<Finding> all) {
        Optional<Finding> noTrainer = first(all, Status.FAIL, EnumSet.of(Impact.TRAINER));
        if (noTrainer.isPresent()) {
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would not run on this machine: "
                            + noTrainer.get().found() + "; " + noTrainer.get().fix() + ".");
        }
        Optional<Finding> noGpu = first(all, Status.WARN, GPUS);
        Optional<Finding> early = first(all, Status.FAIL, NEEDED_TO_OPEN_A_GPU);
        Optional<Finding> late = first(all, Status.FAIL, NEEDED_ON_THE_GPU);
        Gpus gpus = Gpus.in(all);
        if (early.isPresent() || noGpu.isPresent() && late.isPresent()) {
            boolean otherGpuWorks = first(all, Status.FAIL, NEEDED_ON_ANY_GPU).isEmpty();
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would use the CPU, because the GPU's software is broken: "
                            + early.or(() -> late).get().found() + (otherGpuWorks ? gpus.alternatives() : "") + ".");
        }
        if (late.isPresent()) {
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would choose " + gpus.chosen() + " and fail on it: "
                            + late.get().found() + "; until this is fixed, use --device cpu.");
        }
        if (noGpu.isPresent() || first(all, Status.PASS, GPUS).isEmpty()) {
            return new Verdict(
                    Readiness.CPU_ONLY,
                    "The trainer would use the CPU, because "
                            + noGpu.map(Finding::found).orElse("no GPU was seen") + ".");
        }
        return new Verdict(
                Readiness.GPU,
                "The trainer would use " + gpus.chosen() + ", because everything it needs is installed and works"
                        + gpus.alternatives() + ".");
    }

    private static Optional<Finding> first(List<Finding> all, Status status, Set<Impact> impacts) {
        return with(all, status, impacts).findFirst();
    }

    private static Stream<Finding> with(List<Finding> all, Status status, Set<Impact> impacts) {
        return all.stream().filter(finding -> finding.status() == status && impacts.contains(finding.impact()));
    }

    /**
     * Lists the GPUs of this machine.
     *
     * @param first the name of the first GPU
     * @param count the number of GPUs
     * @param others the names of the other GPUs that work
     */
    private record Gpus(String first, long count, List<String> others) {
        static Gpus in(List<Finding> all) {
            String first = all.stream()
                    .filter(finding -> finding.impact() == Impact.FIRST_GPU)
                    .findFirst()
                    .map(Finding::name)
                    .orElse("cuda:0");
            long further = all.stream()
                    .filter(finding -> finding.impact() == Impact.OTHER_GPU)
                    .count();
            return new Gpus(
                    first,
                    1 + further,
                    with(all, Status.PASS, EnumSet.of(Impact.OTHER_GPU))
                            .map(Finding::name)
                            .toList());
        }

        /** Returns the GPU that the trainer uses by default. */
        String chosen() {
            return count == 1 ? "the GPU" : first + " of " + count + " GPUs";
        }

        /** Returns how to use another GPU; empty if no other one works. */
        String alternatives() {
            return others.isEmpty() ? "" : "; --device " + String.join(" or ", others) + " selects another";
        }
    }
}
