package dev.voxgrad.nativecheck.check.machine;

import java.util.List;
import java.util.Set;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks the processor's vector instructions.
 *
 * @param architecture the architecture as Java names it
 * @param flags all flags that the operating system reports
 */
public record SimdCheck(String architecture, Set<String> flags) implements Check {
    private static final List<String> SHOWN = List.of(
            "sse4_2",
            "avx",
            "f16c",
            "fma",
            "avx2",
            "avx512f",
            "avx512bw",
            "avx512vl",
            "avx512_vnni",
            "avx512_bf16",
            "amx_tile",
            "asimd",
            "asimdhp",
            "sve",
            "sve2",
            "bf16",
            "altivec",
            "vx",
            "vxe",
            "vxe2",
            "rvv",
            "lsx",
            "lasx",
            "msa");

    @Override
    public Finding judge() {
        List<String> found = SHOWN.stream().filter(flags::contains).toList();
        boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
        if (flags.isEmpty() && !x86) {
            return Finding.pass("SIMD", "not reported by this system; every " + architecture + " core has some");
        }
        if (x86 && !(flags.contains("avx2") && flags.contains("fma"))) {
            return Finding.warn(
                    "SIMD",
                    found.isEmpty() ? "none reported" : String.join(" ", found),
                    "avx2 and fma",
                    "training works but is slow; in a virtual machine, pass the host's CPU model through");
        }
        return Finding.pass(
                "SIMD",
                found.isEmpty() ? "none recognized among " + flags.size() + " features" : String.join(" ", found));
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
