package dev.voxgrad.medmnist.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Makes what an operating system may answer: shared libraries, and the texts below /proc and /sys. */
final class SystemInputs {
    private static final String CPU = """
            processor\t: 0
            vendor_id\t: GenuineIntel
            model name\t: Intel(R) Xeon(R) CPU @ 2.20GHz
            flags\t\t: fpu vme avx avx2  avx512f fma

            processor\t: 1
            model name\t: Intel(R) Xeon(R) CPU @ 2.20GHz
            Features\t: fp asimd asimd evtstrm
            """;
    private static final String MOUNTS = """
            overlay / overlay rw,relatime,lowerdir=/var/lib/a\\040b 0 0
            proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
            tmpfs /tmp tmpfs rw,nosuid,noexec,size=65536k 0 0
            /dev/sda1 /home/m\u00fcller ext4 rw 0 0
            """;
    private static final String LIBRARIES = """
            1234 libs found in cache `/etc/ld.so.cache'
            \tlibcudart.so.12 (libc6,x86-64) => /usr/local/cuda/lib64/libcudart.so.12
            \tlibcuda.so.1 (libc6,x86-64, OS ABI: Linux 2.4.20) => /lib/x86_64-linux-gnu/libcuda.so.1
            \tlibc.so.6 (libc6) => /lib/i386-linux-gnu/libc.so.6
            """;

    private SystemInputs() {}

    static byte[] cpuInfo(Chance chance) {
        return Damage.text(CPU, chance);
    }

    static byte[] mounts(Chance chance) {
        return Damage.text(MOUNTS, chance);
    }

    static byte[] libraries(Chance chance) {
        return Damage.text(LIBRARIES, chance);
    }

    static byte[] folders(Chance chance) {
        return Damage.text(
                "/usr/local/cuda/lib64:/opt/b\u00fccher/lib;:lib:/usr/lib" + "/x".repeat(chance.below(50)), chance);
    }

    static byte[] quota(Chance chance) {
        return Damage.text(
                chance.one(
                        "200000 100000\n",
                        "max 100000\n",
                        "50000\n",
                        "-1\n",
                        "8589934592\n",
                        chance.numberText() + " " + chance.numberText()),
                chance);
    }

    /**
     * Makes a 64-bit library: header, two program headers, a dynamic section, strings. Counts, offsets and sizes are
     * right except for some wrong ones; some libraries name one long string thousands of times.
     */
    static byte[] library(Chance chance) {
        byte[] strings = strings(chance);
        int names = strings.length > 10_000 && chance.in(4) || chance.in(60) ? 4000 : chance.below(8);
        int dynamicAt = 64 + 2 * 56;
        int dynamicSize = (names + 4) * 16;
        int stringsAt = dynamicAt + dynamicSize;
        int length = stringsAt + strings.length;
        ByteBuffer file = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) 3)
                .putShort((short) 62)
                .putInt(1)
                .putLong(0)
                .putLong(lie(64, chance))
                .putLong(0)
                .putInt(0)
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) lie(2, chance))
                .position(64);
        segment(file, 1, 0, length, chance);
        segment(file, 2, dynamicAt, dynamicSize, chance);
        for (int i = 0; i < names; i++) {
            file.putLong(chance.in(10) ? 29 : chance.in(20) ? 15 : 1)
                    .putLong(names > 100 ? 6 : lie(chance.one(1, 6, 6), chance));
        }
        file.putLong(14).putLong(1);
        file.putLong(5).putLong(lie(stringsAt, chance));
        file.putLong(10).putLong(lie(strings.length, chance));
        file.putLong(0).putLong(0);
        return Damage.bytes(file.put(strings).array(), chance);
    }

    private static byte[] strings(Chance chance) {
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        strings.writeBytes("\0a.so\0".getBytes(StandardCharsets.US_ASCII));
        String name = switch (chance.below(12)) {
            case 0 -> "x".repeat(100_000);
            case 1 -> "/a:".repeat(2000);
            case 2 -> chance.text();
            case 3 -> "$ORIGIN/../" + chance.text() + ":" + "${ORIGIN}";
            default -> "libc.so.6";
        };
        strings.writeBytes(name.getBytes(StandardCharsets.UTF_8));
        if (!chance.in(20)) {
            strings.write(0);
        }
        return strings.toByteArray();
    }

    private static void segment(ByteBuffer file, int kind, long at, long size, Chance chance) {
        file.putInt(kind)
                .putInt(7)
                .putLong(lie(at, chance))
                .putLong(lie(at, chance))
                .putLong(at)
                .putLong(lie(size, chance))
                .putLong(size)
                .putLong(8);
    }

    private static long lie(long truth, Chance chance) {
        return chance.in(60) ? chance.number() : truth;
    }
}
