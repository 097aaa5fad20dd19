package dev.voxgrad.nativecheck.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes what other machines have in {@code /proc} and {@code /sys}, each into its own folder. */
public enum FakeRoot {
    TWO_BLANKS("Intel(R) Xeon(R) Platinum", 2) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, x86("0", "fpu  sse4_2 avx2\tfma fpu   avx512f ") + x86("1", "fpu  sse4_2 avx2"));
        }
    },
    FLAGS_AND_FEATURES("Intel(R) Xeon(R) Platinum", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, x86("0", "fpu avx2 fma") + "Features\t: fpu asimd\nflags\t: fpu\n");
        }
    },
    NO_FLAGS("Virtual CPU", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, "processor\t: 0\nmodel name\t: Virtual CPU\nflags\t\t:\nbugs\t\t:\n\n");
        }
    },
    AARCH64("CPU implementer 0x41, part 0xd0c", 2) {
        @Override
        public void write(Path root) throws IOException {
            String core = "\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd asimdhp sve\nCPU implementer\t: 0x41\n"
                    + "CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n";
            cpuinfo(root, "processor\t: 0" + core + "processor\t: 1" + core);
        }
    },
    OLD_ARM("ARMv7 Processor rev 4 (v7l)", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(
                    root,
                    "Processor\t: ARMv7 Processor rev 4 (v7l)\nprocessor\t: 0\nFeatures\t: half thumb neon\n"
                            + "Hardware\t: BCM2835\nRevision\t: a02082\n");
        }
    },
    POWER("POWER9 (architected), altivec supported", 2) {
        @Override
        public void write(Path root) throws IOException {
            String core = "\ncpu\t\t: POWER9 (architected), altivec supported\nclock\t\t: 2300.0MHz\n\n";
            cpuinfo(root, "processor\t: 0" + core + "processor\t: 8" + core + "timebase\t: 512000000\nplatform\t: p\n");
        }
    },
    S390X("IBM/S390", 2) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, """
                    vendor_id       : IBM/S390
                    # processors    : 2
                    bogomips per cpu: 3033.00
                    features\t: esan3 zarch vx vxd vxe vxe2
                    facilities      : 0 1 2 3 4
                    processor 0: version = FF,  identification = 0133E8,  machine = 2964
                    processor 1: version = FF,  identification = 0133E8,  machine = 2964

                    cpu number      : 0
                    """);
        }
    },
    RISC_V("sifive,u74-mc", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(
                    root,
                    "processor\t: 0\nhart\t\t: 1\nisa\t\t: rv64imafdcv_zicsr_zifencei\nmmu\t\t: sv39\n"
                            + "uarch\t\t: sifive,u74-mc\n\n");
        }
    },
    LOONGARCH("Loongson-3A5000", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(
                    root,
                    "system type\t: generic\n\nprocessor\t: 0\npackage\t\t: 0\nModel Name\t: Loongson-3A5000\n"
                            + "ISA\t\t: loongarch32 loongarch64\nFeatures\t: cpucfg lam ual fpu lsx lasx\n");
        }
    },
    WSL("AMD Ryzen 9 5900X 12-Core Processor", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(
                    root,
                    "processor\t: 0\r\nmodel name\t: AMD Ryzen 9 5900X 12-Core Processor\r\n"
                            + "flags\t\t: fpu avx2 fma hypervisor\r\n");
            mounts(root, "none / ext4 rw 0 0\nC:\\134 /mnt/c 9p rw,aname=drvfs;path=C:\\;uid=1000 0 0\n\n\r\n");
        }
    },
    LXCFS_AND_GROUPS_OF_BOTH_VERSIONS("Intel(R) Xeon(R) Platinum", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, x86("0", "fpu avx2 fma"));
            mounts(root, "lxcfs /proc/cpuinfo fuse.lxcfs rw 0 0\nshort\n /\n" + "x".repeat(5000) + "\n");
            group(root, "unified/cgroup.controllers", "");
            group(root, "cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
            group(root, "cpu,cpuacct/cpu.cfs_period_us", "100000\n");
        }
    },
    ODD_GROUPS("Intel(R) Xeon(R) Platinum", 1) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, x86("0", "fpu avx2 fma"));
            group(root, "cpu.max", "99999999999999999999999999 -1 max\n");
            group(root, "cpu/cpu.cfs_quota_us", "-1\n");
            group(root, "cpu/cpu.cfs_period_us", "0\n");
        }
    },
    NOT_UTF_8("unnamed processor", 0) {
        @Override
        public void write(Path root) throws IOException {
            byte[] bytes = new byte[70_000];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (i * 31 >> 3);
            }
            write(root, "proc/cpuinfo", bytes);
            write(root, "proc/self/mounts", bytes);
            write(root, "sys/fs/cgroup/cpu.max", bytes);
        }
    },
    EMPTY("unnamed processor", 0) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, "");
            mounts(root, "");
            group(root, "cpu.max", "");
        }
    },
    MISSING("unnamed processor", 0) {
        @Override
        public void write(Path root) {
            // Nothing at all.
        }
    },
    FOLDERS_INSTEAD_OF_FILES("unnamed processor", 0) {
        @Override
        public void write(Path root) throws IOException {
            Files.createDirectories(root.resolve("proc/cpuinfo"));
            Files.createDirectories(root.resolve("proc/self/mounts"));
            Files.createDirectories(root.resolve("sys/fs/cgroup/cpu.max"));
            Files.createDirectories(root.resolve("sbin/ldconfig"));
        }
    },
    LINKS_IN_A_CIRCLE("unnamed processor", 0) {
        @Override
        public void write(Path root) throws IOException {
            for (String name : List.of("proc/cpuinfo", "sys/fs", "usr/lib", "usr/local/cuda", "lib64")) {
                Path link = root.resolve(name);
                Files.createDirectories(link.getParent());
                Files.createSymbolicLink(link, link);
            }
        }
    },
    MEGABYTES_WITHOUT_A_LINE("unnamed processor", 0) {
        @Override
        public void write(Path root) throws IOException {
            cpuinfo(root, "flags " + "avx2 ".repeat(1_000_000));
            mounts(root, "tmpfs /" + "x".repeat(3_000_000));
        }
    };

    private final String model;
    private final int cores;

    FakeRoot(String model, int cores) {
        this.model = model;
        this.cores = cores;
    }

    public abstract void write(Path root) throws IOException;

    public String model() {
        return model;
    }

    public int cores() {
        return cores;
    }

    private static String x86(String number, String flags) {
        return "processor\t: " + number + "\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n"
                + "model name\t: Intel(R)  Xeon(R) Platinum\nflags\t\t: " + flags + "\nbogomips\t: 5000.00\n\n";
    }

    static void cpuinfo(Path root, String text) throws IOException {
        write(root, "proc/cpuinfo", text.getBytes(StandardCharsets.UTF_8));
    }

    static void mounts(Path root, String text) throws IOException {
        write(root, "proc/self/mounts", text.getBytes(StandardCharsets.UTF_8));
    }

    static void group(Path root, String name, String text) throws IOException {
        write(root, "sys/fs/cgroup/" + name, text.getBytes(StandardCharsets.UTF_8));
    }

    public static void write(Path root, String name, byte[] bytes) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
