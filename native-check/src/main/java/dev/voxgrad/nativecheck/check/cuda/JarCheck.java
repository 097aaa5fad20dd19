package dev.voxgrad.nativecheck.check.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import dev.voxgrad.nativecheck.check.Check;
import dev.voxgrad.nativecheck.library.JCudaJar;
import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;

/**
 * Checks that one of JCuda's jars is on the class path once, in the version that was tested with the others.
 *
 * @param artifact its Maven name
 * @param found the jars of that name, in the order of the class path
 */
public record JarCheck(String artifact, List<JCudaJar> found) implements Check {
    /**
     * The versions that were tested together. The last release of JCudnn's Java side is 11.7.0; it works with the
     * natives of 12.6.0, which are built for cuDNN 9.
     */
    public static final Map<String, String> TESTED = tested();

    private static final String REBUILD = "rebuild with ./mvnw -pl native-check -am clean package";

    private static Map<String, String> tested() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("jcuda", "12.6.0");
        versions.put("jcublas", "12.6.0");
        versions.put("jcudnn", "11.7.0");
        versions.put("jcuda-natives", "12.6.0");
        versions.put("jcublas-natives", "12.6.0");
        versions.put("jcudnn-natives", "12.6.0");
        return versions;
    }

    @Override
    public Finding judge() {
        String version = TESTED.get(artifact);
        Optional<JCudaJar> other =
                found.stream().filter(jar -> !jar.version().equals(version)).findFirst();
        if (other.isPresent()) {
            return Finding.fail(
                    artifact,
                    "jar mismatch: " + artifact + " " + other.get().version() + " is on the class path, "
                            + other.get().place(),
                    "the versions tested together: " + testedTogether(),
                    "remove that jar from the class path, or " + REBUILD);
        }
        if (found.isEmpty()) {
            return Finding.fail(artifact, artifact + " is not on the class path", artifact + " " + version, REBUILD);
        }
        return Finding.pass(artifact, version + " in " + found.getFirst().place());
    }

    @Override
    public Impact impact() {
        return Impact.GPU_SOFTWARE;
    }

    private static String testedTogether() {
        return TESTED.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
