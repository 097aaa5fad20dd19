package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;

/**
 * Describes one of JCuda's jars on the class path.
 *
 * @param artifact its Maven name, such as {@code jcuda-natives}
 * @param version its Maven version
 * @param place the jar's file
 * @param natives the native libraries in it
 */
public record JCudaJar(String artifact, String version, String place, List<Native> natives) {
    /**
     * Describes a native library in a jar.
     *
     * @param file its name without the folder
     * @param size its size in bytes
     * @param crc its CRC-32
     */
    public record Native(String file, long size, long crc) {}

    private static final String NATIVES_FOLDER = "lib/";

    /** Returns the jars of that name in the order of the class path; Java uses the first. */
    public static List<JCudaJar> find(ClassLoader loader, String artifact) {
        String properties = "META-INF/maven/org.jcuda/" + artifact + "/pom.properties";
        try {
            return Collections.list(loader.getResources(properties)).stream()
                    .map(found -> read(artifact, found))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot look for " + artifact + " on the class path", e);
        }
    }

    private static JCudaJar read(String artifact, URL properties) {
        try {
            URLConnection connection = properties.openConnection();
            connection.setUseCaches(false);
            Properties read = new Properties();
            try (InputStream in = connection.getInputStream()) {
                read.load(in);
            }
            return new JCudaJar(
                    artifact, read.getProperty("version", "without a version"), place(connection), natives(properties));
        } catch (IOException e) {
            throw new UncheckedIOException("native-check: cannot read " + properties, e);
        }
    }

    private static String place(URLConnection connection) {
        URL file = connection instanceof JarURLConnection jar ? jar.getJarFileURL() : connection.getURL();
        return Path.of(URI.create(file.toString())).toString();
    }

    private static List<Native> natives(URL properties) throws IOException {
        if (!(properties.openConnection() instanceof JarURLConnection connection)) {
            return List.of();
        }
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
            return jar.stream()
                    .filter(entry -> entry.getName().startsWith(NATIVES_FOLDER) && !entry.isDirectory())
                    .map(entry -> new Native(
                            entry.getName().substring(NATIVES_FOLDER.length()), entry.getSize(), entry.getCrc()))
                    .toList();
        }
    }
}
