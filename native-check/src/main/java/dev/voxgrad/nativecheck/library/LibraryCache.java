package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Provides CUDA's libraries on a machine that has only a driver: the Maven profile {@code cuda-libraries} downloads a
 * jar with them, and this class unpacks them once into a folder in the user's cache, which the launchers add to the
 * loader's path ({@code cuda-libraries.sh}).
 *
 * @param folder the folder with the libraries; it exists only if it is complete
 */
public record LibraryCache(Path folder) {
    /** The command that downloads and unpacks them. */
    public static final String COMMAND = "./mvnw -C -Pcuda-libraries -pl native-check";

    /** The folder of the libraries in the jar org.bytedeco:cuda. */
    private static final String JAR_FOLDER = "org/bytedeco/cuda/linux-x86_64/";

    /**
     * Returns the user's cache.
     *
     * @param environment the environment variables; the location follows the XDG Base Directory Specification
     */
    static LibraryCache of(Map<String, String> environment) {
        String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
        Path parent = cache.isEmpty() ? Path.of(environment.getOrDefault("HOME", "/"), ".cache") : Path.of(cache);
        return new LibraryCache(parent.resolve("voxgrad").resolve("cuda-12.6"));
    }

    /** Returns the user's cache; empty if its name cannot be encoded in the locale's character set. */
    static Optional<LibraryCache> find(Map<String, String> environment) {
        try {
            return Optional.of(of(environment));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Unpacks the libraries; called by Maven with the jar and its SHA-256. The exit code is 1 if that fails. */
    public static void main(String[] args) {
        LibraryCache cache = of(System.getenv());
        try {
            System.out.println(cache.unpack(Path.of(args[0]), args[1]));
        } catch (IOException e) {
            System.err.println("The CUDA libraries could not be unpacked into " + cache.folder + ": " + reason(e));
            System.exit(1);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException known
                ? known.getFile() + ": "
                        + Objects.requireNonNullElse(
                                known.getReason(), e.getClass().getSimpleName())
                : Objects.requireNonNullElse(e.getMessage(), e.toString());
    }

    /**
     * Unpacks the required libraries unless they have been unpacked already.
     *
     * @param sha256 the jar's SHA-256 in hexadecimal
     * @return what was done, in a sentence or two
     * @throws IOException if the jar has another checksum or lacks a library, or if reading or writing fails; the
     * folder does not exist then
     */
    String unpack(Path jar, String sha256) throws IOException {
        if (Files.isDirectory(folder)) {
            return alreadyThere();
        }
        Files.createDirectories(folder.getParent());
        // Another process may be unpacking; wait for it.
        try (FileChannel file =
                        FileChannel.open(neighbour("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = file.lock()) {
            if (Files.isDirectory(folder)) {
                return alreadyThere();
            }
            requireSum(jar, sha256);
            Path unfinished = neighbour("unfinished");
            delete(unfinished);
            Files.createDirectory(unfinished);
            int count = unpackInto(unfinished, jar);
            Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
            return count + " CUDA libraries are now in " + folder + ", where the launchers find them. " + jar
                    + " is no longer needed.";
        }
    }

    private String alreadyThere() {
        return "The CUDA libraries are already in " + folder + "; to unpack them again, delete that folder.";
    }

    private Path neighbour(String ending) {
        return folder.resolveSibling(folder.getFileName() + "." + ending);
    }

    private static void requireSum(Path jar, String wanted) throws IOException {
        try (InputStream in = Files.newInputStream(jar)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                digest.update(buffer, 0, length);
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (!found.equals(wanted)) {
                throw new IOException("the SHA-256 of " + jar + " is " + found + ", not " + wanted
                        + "; delete that file so that Maven downloads it again");
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static int unpackInto(Path target, Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            List<JarEntry> entries = entries(jar);
            for (JarEntry entry : entries) {
                Path library = target.resolve(entry.getName().substring(JAR_FOLDER.length()));
                try (InputStream in = jar.getInputStream(entry);
                        FileChannel out =
                                FileChannel.open(library, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    in.transferTo(Channels.newOutputStream(out));
                    // After a power failure, the folder's new name must not exist without the contents.
                    out.force(true);
                }
            }
            return entries.size();
        }
    }

    /**
     * Returns the entries of the libraries that the trainer loads, except the driver's, which comes with the driver.
     */
    private static List<JarEntry> entries(JarFile jar) throws IOException {
        List<JarEntry> entries = new ArrayList<>();
        for (NativeLibrary library : NativeLibrary.values()) {
            if (library != NativeLibrary.DRIVER) {
                String wanted = JAR_FOLDER + library.cuda12File();
                // The name of NVRTC's builtins contains the minor version.
                JarEntry entry = jar.stream()
                        .filter(each -> each.getName().equals(wanted)
                                || library == NativeLibrary.NVRTC_BUILTINS
                                        && each.getName().startsWith(wanted + "."))
                        .findFirst()
                        .orElseThrow(() -> new IOException(jar.getName() + " has no " + wanted));
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Deletes what an interrupted unpacking may have left behind. */
    private static void delete(Path unfinished) throws IOException {
        if (Files.isDirectory(unfinished)) {
            try (Stream<Path> files = Files.list(unfinished)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(unfinished);
        }
    }
}
