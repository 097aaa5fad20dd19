package dev.voxgrad.medmnist.data.npz;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.FileKind;

/**
 * Finds out why {@link java.util.zip.ZipFile} does not open an archive, if the reason is one that a person can do
 * something about: a member that is packed by another method than Deflate, or encrypted (APPNOTE.TXT of PKWARE, 4.4.5).
 */
final class ZipProblem {
    private ZipProblem() {}

    /** Returns why, and what to do: two sentences that start with "its". */
    static Optional<String> of(Path file) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "r")) {
            for (ZipDirectory.Entry entry : ZipDirectory.of(access)) {
                String problem = problem(entry.flags(), entry.method());
                if (problem != null) {
                    return Optional.of("its member " + FileKind.shown(entry.name()) + problem);
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable String problem(int flags, int method) {
        if ((flags & 1) != 0) {
            return " is encrypted. Unpack it with its password, and save the arrays again with "
                    + "numpy.savez_compressed";
        }
        String name = switch (method) {
            case 0, 8 -> null;
            case 1 -> "Shrink";
            case 2, 3, 4, 5 -> "Reduce";
            case 6 -> "Implode";
            case 9 -> "Deflate64";
            case 12 -> "bzip2";
            case 14 -> "LZMA";
            case 20, 93 -> "Zstandard";
            case 94 -> "MP3";
            case 95 -> "xz";
            case 96 -> "JPEG";
            case 97 -> "WavPack";
            case 98 -> "PPMd";
            case 99 -> "AES encryption";
            default -> "an unknown method";
        };
        return name == null
                ? null
                : " is packed with " + name + " (zip method " + method + "), but only stored and "
                        + "Deflate are read. Save the arrays again with numpy.savez_compressed";
    }
}
