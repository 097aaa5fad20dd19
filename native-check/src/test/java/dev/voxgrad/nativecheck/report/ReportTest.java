package dev.voxgrad.nativecheck.report;

import java.util.List;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the verdict on findings, and how reports are written. */
class ReportTest {
    private static final Finding GOOD = Finding.pass("version", "25").affecting(Impact.TRAINER);
    private static final Finding GPU = Finding.pass("CUDA driver", "one GPU").affecting(Impact.GPU);
    private static final Finding NO_GPU =
            Finding.warn("CUDA driver", "no driver", "a driver", "install one").affecting(Impact.GPU);
    private static final Finding BROKEN_GPU =
            Finding.fail("CUDA driver", "it crashed", "one that runs", "reboot").affecting(Impact.GPU);

    @Test
    void gpuReady() {
        Verdict verdict = report(GOOD, GPU).verdict();
        assertThat(verdict.readiness()).isEqualTo(Verdict.Readiness.GPU);
        assertThat(verdict.readiness().exitCode()).isZero();
        assertThat(verdict.sentence())
                .isEqualTo("The trainer would use the GPU, because everything it needs is installed and works.");
    }

    @Test
    void usesFirstGpuAndOffersTheOthers() {
        Finding first = Finding.pass("cuda:0", "NVIDIA A").affecting(Impact.FIRST_GPU);
        Finding second = Finding.pass("cuda:1", "NVIDIA B").affecting(Impact.OTHER_GPU);
        Finding third = Finding.pass("cuda:2", "NVIDIA C").affecting(Impact.OTHER_GPU);
        assertThat(gpus(first).sentence())
                .isEqualTo("The trainer would use the GPU, because everything it needs is installed and works.");
        assertThat(gpus(first, second).sentence())
                .isEqualTo("The trainer would use cuda:0 of 2 GPUs, "
                        + "because everything it needs is installed and works; --device cuda:1 selects another.");
        assertThat(gpus(first, second, third).sentence())
                .isEqualTo("The trainer would use cuda:0 of 3 GPUs, "
                        + "because everything it needs is installed and works; "
                        + "--device cuda:1 or cuda:2 selects another.");
    }

    /** Tests a broken GPU that the trainer does not use. */
    @Test
    void otherBrokenGpuDoesNotAffectTheFirst() {
        Finding first = Finding.pass("cuda:0", "NVIDIA A").affecting(Impact.FIRST_GPU);
        Finding broken = Finding.fail("cuda:1", "NVIDIA B: no program may use it", "another mode", "set it")
                .affecting(Impact.OTHER_GPU);
        Verdict verdict = gpus(first, broken);
        assertThat(verdict.readiness()).isEqualTo(Verdict.Readiness.GPU);
        assertThat(verdict.sentence())
                .isEqualTo(
                        "The trainer would use cuda:0 of 2 GPUs, because everything it needs is installed and works.");
    }

    @Test
    void offersAnotherGpuIfTheFirstIsBroken() {
        Finding broken = Finding.fail("cuda:0", "NVIDIA A: no program may use it", "another mode", "set it")
                .affecting(Impact.FIRST_GPU);
        Finding second = Finding.pass("cuda:1", "NVIDIA B").affecting(Impact.OTHER_GPU);
        Verdict verdict = gpus(broken, second);
        assertThat(verdict.readiness()).isEqualTo(Verdict.Readiness.BROKEN);
        assertThat(verdict.sentence())
                .isEqualTo("The trainer would use the CPU, because the GPU's software is broken: "
                        + "NVIDIA A: no program may use it; --device cuda:1 selects another.");
        Section libraries = new Section("Libraries", List.of(BROKEN_GPU.affecting(Impact.GPU_SOFTWARE)));
        assertThat(Report.of(List.of(new Section("GPU", List.of(broken, second)), libraries))
                        .verdict()
                        .sentence())
                .endsWith("is broken: NVIDIA A: no program may use it.");
        Section smoke = new Section("Smoke tests", List.of(BROKEN_GPU.affecting(Impact.TRIAL)));
        assertThat(Report.of(List.of(new Section("GPU", List.of(GPU, second)), smoke))
                        .verdict()
                        .sentence())
                .startsWith("The trainer would choose cuda:0 of 2 GPUs and fail on it: ");
    }

    private static Verdict gpus(Finding... gpus) {
        return Report.of(List.of(new Section("GPU", List.of(gpus)))).verdict();
    }

    @Test
    void cpuOnlyGivesTheReason() {
        Verdict verdict = report(GOOD, NO_GPU).verdict();
        assertThat(verdict.readiness().exitCode()).isEqualTo(1);
        assertThat(verdict.sentence()).isEqualTo("The trainer would use the CPU, because no driver.");
    }

    @Test
    void brokenGpuStillTrainsOnTheCpu() {
        Verdict verdict = report(GOOD, BROKEN_GPU).verdict();
        assertThat(verdict.readiness().exitCode()).isEqualTo(2);
        assertThat(verdict.sentence()).contains("would use the CPU").contains("it crashed");
    }

    @Test
    void brokenJavaOutweighsAGoodGpu() {
        Finding java = Finding.fail("version", "Java 8", "25", "install it").affecting(Impact.TRAINER);
        Verdict verdict = report(java, GPU).verdict();
        assertThat(verdict.readiness().exitCode()).isEqualTo(2);
        assertThat(verdict.sentence()).isEqualTo("The trainer would not run on this machine: Java 8; install it.");
    }

    @Test
    void warningElsewhereDoesNotPreventGpuUse() {
        assertThat(report(NO_GPU.affecting(Impact.TRAINER), GPU).verdict().readiness())
                .isEqualTo(Verdict.Readiness.GPU);
    }

    @Test
    void textHasALinePerFindingAndTheVerdict() {
        Report report = report(GOOD, NO_GPU);
        assertThat(report.text().lines())
                .containsExactly(
                        "Java",
                        "  PASS  version        25",
                        "GPU",
                        "  WARN  CUDA driver    no driver",
                        "        wanted: a driver",
                        "        fix:    install one",
                        "",
                        report.verdict().sentence());
    }

    @Test
    void writesASharedFixOnce() {
        Finding other = Finding.warn("a longer name than most", "nothing", "a driver", NO_GPU.fix());
        Report report = Report.of(List.of(new Section("GPU", List.of(NO_GPU, other))));
        assertThat(report.text().lines().limit(7))
                .containsExactly(
                        "GPU",
                        "  WARN  CUDA driver             no driver",
                        "        wanted: a driver",
                        "        fix:    install one",
                        "  WARN  a longer name than most nothing",
                        "        wanted: a driver",
                        "        fix:    as above");
        assertThat(new JsonMapper()
                        .readTree(report.json())
                        .at("/sections/0/findings/1/fix")
                        .asString())
                .isEqualTo("install one");
    }

    @Test
    void libraryWarningDoesNotPreventGpuUse() {
        Section versions = new Section("Versions", List.of(NO_GPU.affecting(Impact.GPU_SOFTWARE)));
        Section gpu = new Section("GPU", List.of(GPU));
        assertThat(Report.of(List.of(gpu, versions)).verdict().readiness()).isEqualTo(Verdict.Readiness.GPU);
    }

    @Test
    void brokenLibraryBreaksTheGpuNotTheTrainer() {
        for (Impact impact :
                List.of(Impact.GPU, Impact.GPU_SOFTWARE, Impact.FIRST_GPU, Impact.FIRST_KERNEL, Impact.TRIAL)) {
            Verdict verdict = verdict(GPU, BROKEN_GPU.affecting(impact));
            assertThat(verdict.readiness()).isEqualTo(Verdict.Readiness.BROKEN);
            boolean late = impact == Impact.FIRST_KERNEL || impact == Impact.TRIAL;
            assertThat(verdict.sentence())
                    .contains("it crashed")
                    .startsWith(
                            late
                                    ? "The trainer would choose the GPU and fail on it"
                                    : "The trainer would use the CPU, because");
        }
    }

    /** Tests that neither names nor order matter. */
    @Test
    void decidesByImpactAndNotByWords() {
        Finding harmless = Finding.fail("cuda:0", "it crashed", "x", "y");
        assertThat(verdict(GPU, harmless).readiness()).isEqualTo(Verdict.Readiness.GPU);
        Finding renamed = Finding.fail("Grafikkarte 1", "kaputt", "x", "y").affecting(Impact.FIRST_GPU);
        Finding other = Finding.pass("Grafikkarte 2", "gut").affecting(Impact.OTHER_GPU);
        assertThat(verdict(GPU, renamed, other).sentence()).endsWith("kaputt; --device Grafikkarte 2 selects another.");
        assertThat(verdict(Finding.fail("cuda:1", "x", "y", "z").affecting(Impact.TRAINER))
                        .sentence())
                .isEqualTo("The trainer would not run on this machine: x; z.");
    }

    @Test
    void usesCpuIfNoFindingMentionsAGpu() {
        assertThat(verdict(GOOD).sentence()).isEqualTo("The trainer would use the CPU, because no GPU was seen.");
    }

    @Test
    void internalErrorMakesTheVerdictUncertain() {
        Finding error = Finding.internalError("SIMD", new IllegalStateException("oops"));
        Report report = report(GOOD, NO_GPU, error);
        assertThat(report.verdict().readiness()).isEqualTo(Verdict.Readiness.UNKNOWN);
        assertThat(report.verdict().readiness().exitCode()).isEqualTo(70);
        assertThat(report.verdict().sentence())
                .isEqualTo("The trainer would use the CPU, because no driver. But this "
                        + "is not certain, because a check failed with an internal error: SIMD.");
        assertThat(report.text())
                .contains("  FAIL  SIMD           internal error: java.lang.IllegalStateException: oops\n")
                .contains("  WARN  CUDA driver    no driver\n")
                .endsWith(report.verdict().sentence() + "\n");
    }

    @Test
    void removesControlCharacters() {
        Finding nasty = Finding.warn("model", "a\u001b[2Jb\rc\nd\u009be\u202ef\ud800", "x\u0007", "y\u0000");
        String text = report(GOOD, nasty).text();
        assertThat(text)
                .contains("a?[2Jb?c?d?e?f?\n", "wanted: x?\n", "fix:    y?\n")
                .doesNotContain("\u001b", "\r");
        String endless =
                report(GOOD, Finding.pass("model", "x".repeat(1_000_000))).text();
        assertThat(endless).hasSizeLessThan(5000).contains("xxx...");
    }

    @Test
    void jsonIsAscii() {
        String nasty = "Größe \u001b \u009b \ud83d\ude00 \ud800";
        String json = report(GOOD, Finding.pass("model", nasty)).json();
        assertThat(json).matches("[\\n -~]*");
        assertThat(new JsonMapper()
                        .readTree(json)
                        .at("/sections/1/findings/0/found")
                        .asString())
                .isEqualTo(nasty);
    }

    /** Tests failures that appear only after the trainer has opened a GPU, when it compiles its first kernel. */
    @Test
    void lateFailuresDoNotPreventGpuUse() {
        Section gpu = new Section("GPU", List.of(GPU));
        Finding nvrtc =
                Finding.fail("NVRTC", "no compiler", "one", "install it").affecting(Impact.FIRST_KERNEL);
        Section late = new Section("Libraries", List.of(nvrtc));
        assertThat(Report.of(List.of(gpu, late)).verdict().sentence())
                .isEqualTo("The trainer would choose the GPU and "
                        + "fail on it: no compiler; until this is fixed, use --device cpu.");
        Section both = new Section("Libraries", List.of(nvrtc, BROKEN_GPU));
        assertThat(Report.of(List.of(gpu, both)).verdict().sentence())
                .isEqualTo("The trainer would use the CPU, because the GPU's software is broken: it crashed.");
        Section noGpu = new Section("GPU", List.of(NO_GPU));
        assertThat(Report.of(List.of(noGpu, late)).verdict().sentence())
                .isEqualTo("The trainer would use the CPU, because the GPU's software is broken: no compiler.");
    }

    @Test
    void jsonPreservesTexts() {
        String nasty = "C:\\lib \"x\" é\t\u0001\n";
        JsonNode json = new JsonMapper()
                .readTree(report(Finding.pass("version", nasty), NO_GPU).json());
        assertThat(json.get("readiness").asString()).isEqualTo("CPU_ONLY");
        assertThat(json.get("exitCode").asInt()).isEqualTo(1);
        assertThat(json.at("/sections/0/findings/0/found").asString()).isEqualTo(nasty);
        assertThat(json.at("/sections/1/title").asString()).isEqualTo("GPU");
        assertThat(json.at("/sections/1/findings/0/fix").asString()).isEqualTo("install one");
    }

    private static Verdict verdict(Finding... findings) {
        return Report.of(List.of(new Section("Things", List.of(findings)))).verdict();
    }

    private static Report report(Finding java, Finding... gpu) {
        return Report.of(List.of(new Section("Java", List.of(java)), new Section("GPU", List.of(gpu))));
    }
}
