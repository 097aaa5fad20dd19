package dev.voxgrad.nativecheck.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/** Writes a jar that claims to be one of JCuda's. */
public final class FakeJar {
    private final String name;
    private final Map<String, byte[]> entries = new LinkedHashMap<>();

    private FakeJar(String name) {
        this.name = name;
    }

    public static FakeJar of(String artifact, String version) {
        String properties = "version=" + version + "\ngroupId=org.jcuda\nartifactId=" + artifact + "\n";
        return new FakeJar(artifact + "-" + version + ".jar")
                .with(
                        "META-INF/maven/org.jcuda/" + artifact + "/pom.properties",
                        properties.getBytes(StandardCharsets.ISO_8859_1));
    }

    public FakeJar with(String entry, byte[] content) {
        entries.put(entry, content);
        return this;
    }

    public Path into(Path folder) throws IOException {
        Path file = folder.resolve(name);
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                jar.putNextEntry(new ZipEntry(entry.getKey()));
                jar.write(entry.getValue());
                jar.closeEntry();
            }
        }
        return file;
    }
}
