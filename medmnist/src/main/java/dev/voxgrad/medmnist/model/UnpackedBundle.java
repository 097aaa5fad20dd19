package dev.voxgrad.medmnist.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.text.VisibleText;

/**
 * Represents a bundle whose files are in a temporary folder, which is removed when this is closed.
 *
 * <p>A bundle may come from anyone. It contains the files that its manifest lists and no others, under names that
 * cannot leave the folder. Each is stored without compression, so that together they are no larger than the bundle, and
 * is compared with its checksum before it is used.
 *
 * @param manifest the contents of {@code bundle.json}
 * @param folder the other files, in the layout of a run
 */
public record UnpackedBundle(BundleManifest manifest, Path folder) implements AutoCloseable {
    /** The folders that exist at present; what is left when the process ends, such as after Ctrl-C, is removed then. */
    private static final Set<Path> FOLDERS = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> FOLDERS.forEach(UnpackedBundle::remove), "end of bundles"));
    }

    private static final int MOST_MANIFEST_BYTES = 16 << 20;
    private static final int MOST_NAMED = 5;
    private static final int LONGEST_NAME = 100;

    /**
     * Checks a bundle and unpacks it.
     *
     * @throws DataFileException if it is no bundle, or is damaged
     */
    static UnpackedBundle of(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return new Unpacking(file, zip).unpack();
        } catch (ZipException e) {
            throw bad(file, "is not a readable ZIP file (" + e.getMessage() + ")", e);
        } catch (IOException e) {
            throw new DataFileException(
                    file.toString(),
                    "cannot be unpacked to the temporary folder: " + AtomicFile.describe(e)
                            + "; set TMPDIR to a folder with more room",
                    e);
        }
    }

    /**
     * Unpacks a bundle and opens the model in it, which closes the bundle. If that fails, it is closed here.
     *
     * @throws DataFileException if it is no bundle, or is damaged
     */
    public static <T> T open(Path file, Function<UnpackedBundle, T> opener) {
        UnpackedBundle bundle = of(file);
        try {
            return opener.apply(bundle);
        } catch (DataException | IllegalArgumentException e) {
            bundle.close();
            throw new DataFileException(
                    file.toString(), "is a bundle that cannot be used: " + e.getMessage() + "; fetch it again", e);
        }
    }

    /** Returns whether a file is a ZIP file that contains a file of this name. */
    public static boolean contains(Path file, String name) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            return zip.getEntry(name) != null;
        } catch (IOException e) {
            return false; // what opens the file says what is wrong with it
        }
    }

    private static DataFileException bad(Path file, String problem, @Nullable Exception cause) {
        return new DataFileException(
                file.toString(), problem + "; give a file that 'medmnist bundle' made, or fetch it again", cause);
    }

    @Override
    public void close() {
        remove(folder);
    }

    private static void remove(Path folder) {
        if (FOLDERS.remove(folder)) {
            RunFiles.remove(folder);
        }
    }

    /** Checks and unpacks one file. */
    private static final class Unpacking {
        private final Path file;
        private final ZipFile zip;
        private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

        Unpacking(Path file, ZipFile zip) {
            this.file = file;
            this.zip = zip;
        }

        private DataFileException bad(String problem) {
            return UnpackedBundle.bad(file, problem, null);
        }

        UnpackedBundle unpack() throws IOException {
            readDirectory();
            BundleManifest manifest = manifest();
            checkNames(manifest);
            UnpackedBundle bundle = new UnpackedBundle(manifest, Files.createTempDirectory("voxgrad-bundle-"));
            FOLDERS.add(bundle.folder());
            try {
                for (BundleManifest.Entry entry : manifest.files()) {
                    Files.createDirectories(Objects.requireNonNull(
                            bundle.folder().resolve(entry.name()).getParent()));
                    unpack(entry, bundle.folder().resolve(entry.name()));
                }
                return bundle;
            } catch (IOException | RuntimeException e) {
                bundle.close();
                throw e;
            }
        }

        /** Reads the names and lengths of all files, which must add up to no more than the ZIP file has. */
        private void readDirectory() throws IOException {
            if (zip.getEntry(BundleManifest.NAME) == null) {
                throw bad("is not a bundle: it contains no " + BundleManifest.NAME);
            }
            if (zip.size() > BundleManifest.MOST_FILES + 1) {
                throw bad("contains " + zip.size() + " files, more than any bundle");
            }
            long room = Files.size(file);
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = VisibleText.line(entry.getName(), LONGEST_NAME);
                if (entries.put(entry.getName(), entry) != null) {
                    throw bad("contains " + name + " twice");
                }
                long bytes = entry.getSize();
                if (entry.getMethod() != ZipEntry.STORED || bytes < 0 || bytes != entry.getCompressedSize()) {
                    throw bad("contains " + name + " in compressed form; the files of a bundle are stored as they are");
                }
                if (bytes > room) {
                    throw bad("claims to contain more bytes than it has (at " + name + ")");
                }
                room -= bytes;
            }
        }

        private BundleManifest manifest() throws IOException {
            ZipEntry entry = Objects.requireNonNull(entries.remove(BundleManifest.NAME));
            if (entry.getSize() > MOST_MANIFEST_BYTES) {
                throw bad("contains a " + BundleManifest.NAME + " of " + entry.getSize() + " bytes, more than any has");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                String text = new String(in.readNBytes((int) entry.getSize()), StandardCharsets.UTF_8);
                return RunJson.read(text, BundleManifest.class, file + " (" + BundleManifest.NAME + ")");
            }
        }

        /** Checks that the bundle contains what the manifest lists, and nothing else. */
        private void checkNames(BundleManifest manifest) {
            Set<String> listed =
                    manifest.files().stream().map(BundleManifest.Entry::name).collect(Collectors.toSet());
            if (!listed.equals(entries.keySet())) {
                Set<String> differing = new TreeSet<>(listed);
                differing.addAll(entries.keySet());
                differing.removeIf(name -> listed.contains(name) && entries.containsKey(name));
                throw bad("and its " + BundleManifest.NAME + " differ in "
                        + differing.stream()
                                .limit(MOST_NAMED)
                                .map(name -> VisibleText.line(name, LONGEST_NAME))
                                .toList());
            }
            for (BundleManifest.Entry entry : manifest.files()) {
                if (Objects.requireNonNull(entries.get(entry.name())).getSize() != entry.bytes()) {
                    throw bad("contains " + entry.name() + " with another length than its " + BundleManifest.NAME
                            + " states");
                }
            }
        }

        private void unpack(BundleManifest.Entry entry, Path to) throws IOException {
            MessageDigest digest = Sha256.digest();
            try (InputStream in = zip.getInputStream(Objects.requireNonNull(entries.get(entry.name())));
                    OutputStream out = new DigestOutputStream(Files.newOutputStream(to), digest)) {
                in.transferTo(out);
            }
            if (!Sha256.hex(digest).equals(entry.sha256())) {
                throw bad("contains a damaged " + entry.name() + ": its SHA-256 does not match");
            }
        }
    }
}
