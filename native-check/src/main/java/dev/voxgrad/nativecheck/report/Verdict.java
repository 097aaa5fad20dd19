package dev.voxgrad.nativecheck.report;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the findings amount to: decided by their {@link Status} and {@link Impact}, never by their words.
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
        BROKEN(2),
        /** A check failed with an internal error, so that nothing is certain. */
        UNKNOWN(ExitCodes.INTERNAL_ERROR);

        private final int exitCode;

        Readiness(int exitCode) {
            this.exitCode = exitCode;
        }

        /** The command's exit code. */
        public int exitCode() {
            return exitCode;
        }
    }

    private static final Set<Impact> NEEDED_TO_TAKE_A_GPU =
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
                verdict.sentence() + " But that is not certain, because " + checks + " failed with an internal error: "
                        + names + ".");
    }

    private static Verdict ofWhatIsKnown(List<Finding> all) {
        Optional<Finding> noTrainer = first(all, Status.FAIL, EnumSet.of(Impact.TRAINER));
        if (noTrainer.isPresent()) {
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would not run on this machine: "
                            + noTrainer.get().found() + "; " + noTrainer.get().mend() + ".");
        }
        Optional<Finding> noGpu = first(all, Status.WARN, GPUS);
        Optional<Finding> early = first(all, Status.FAIL, NEEDED_TO_TAKE_A_GPU);
        Optional<Finding> late = first(all, Status.FAIL, NEEDED_ON_THE_GPU);
        Gpus gpus = Gpus.in(all);
        if (early.isPresent() || noGpu.isPresent() && late.isPresent()) {
            boolean otherGpuWorks = first(all, Status.FAIL, NEEDED_ON_ANY_GPU).isEmpty();
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would use the CPU, because the GPU's software is " + "broken: "
                            + early.or(() -> late).get().found() + (otherGpuWorks ? gpus.choice() : "") + ".");
        }
        if (late.isPresent()) {
            return new Verdict(
                    Readiness.BROKEN,
                    "The trainer would take " + gpus.taken() + " and fail on it: "
                            + late.get().found() + "; until that is mended, use --device cpu.");
        }
        if (noGpu.isPresent() || first(all, Status.PASS, GPUS).isEmpty()) {
            return new Verdict(
                    Readiness.CPU_ONLY,
                    "The trainer would use the CPU, because "
                            + noGpu.map(Finding::found).orElse("no GPU was seen") + ".");
        }
        return new Verdict(
                Readiness.GPU,
                "The trainer would use " + gpus.taken() + ", because all that it needs is there and works"
                        + gpus.choice() + ".");
    }

    private static Optional<Finding> first(List<Finding> all, Status status, Set<Impact> impacts) {
        return with(all, status, impacts).findFirst();
    }

    private static Stream<Finding> with(List<Finding> all, Status status, Set<Impact> impacts) {
        return all.stream().filter(finding -> finding.status() == status && impacts.contains(finding.impact()));
    }

    /**
     * The GPUs that there are.
     *
     * @param first the name of the first
     * @param count how many
     * @param others names of the further ones that nothing is wrong with
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

        /** What the trainer takes by itself. */
        String taken() {
            return count == 1 ? "the GPU" : first + " of " + count + " GPUs";
        }

        /** How it takes another; empty where there is none that works. */
        String choice() {
            return others.isEmpty() ? "" : "; --device " + String.join(" or ", others) + " takes another";
        }
    }
}
