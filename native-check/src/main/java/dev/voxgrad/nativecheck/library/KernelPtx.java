package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Locates PTX of the engine's kernels on the class path, which is used if there is no NVRTC.
 *
 * @param place the jar or folder that contains it
 * @param cuda the version of the compiler that made it, if the PTX states it
 */
public record KernelPtx(Path place, Optional<CudaVersion> cuda) {
    private static final String FOLDER = "dev/voxgrad/engine/";
    private static final String ENDING = ".ptx";
    /** Found in the comment at the start of nvcc's output. */
    private static final Pattern RELEASE = Pattern.compile("release (\\d{1,5})\\.(\\d{1,5})");

    /** Looks for any PTX; a build contains PTX of all kernels or of none. */
    public static Optional<KernelPtx> find(ClassLoader loader) {
        try {
            for (URL folder : Collections.list(loader.getResources(FOLDER))) {
                Optional<KernelPtx> ptx = folder.openConnection() instanceof JarURLConnection jar
                        ? inJar(jar)
                        : inFolder(Path.of(URI.create(folder.toString())));
                if (ptx.isPresent()) {
                    return ptx;
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot look for PTX on the class path", e);
        }
    }

    private static Optional<KernelPtx> inJar(JarURLConnection connection) throws IOException {
        connection.setUseCaches(false);
        Path place = Path.of(URI.create(connection.getJarFileURL().toString()));
        try (JarFile jar = connection.getJarFile()) {
            Optional<JarEntry> entry = jar.stream()
                    .filter(each ->
                            each.getName().startsWith(FOLDER) && each.getName().endsWith(ENDING))
                    .findFirst();
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            try (InputStream in = jar.getInputStream(entry.get())) {
                return Optional.of(of(place, in.readAllBytes()));
            }
        }
    }

    private static Optional<KernelPtx> inFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Optional<Path> file =
                    files.filter(each -> each.toString().endsWith(ENDING)).findFirst();
            return file.isEmpty() ? Optional.empty() : Optional.of(of(folder, Files.readAllBytes(file.get())));
        }
    }

    private static KernelPtx of(Path place, byte[] ptx) {
        Matcher release = RELEASE.matcher(new String(ptx, StandardCharsets.UTF_8));
        return new KernelPtx(
                place,
                release.find()
                        ? Optional.of(new CudaVersion(
                                1000 * Integer.parseInt(release.group(1)) + 10 * Integer.parseInt(release.group(2))))
                        : Optional.empty());
    }
}
