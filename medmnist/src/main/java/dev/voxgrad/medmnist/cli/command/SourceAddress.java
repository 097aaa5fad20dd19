package dev.voxgrad.medmnist.cli.command;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Finds where this project's sources are, for links from a page to their lines. */
final class SourceAddress {
    private static final String SOURCES = "engine/src/main/java";

    private SourceAddress() {}

    /**
     * Returns the address that paths of source files are appended to, relative to the page if it is a folder; null if
     * nothing is given and the current folder is in no checkout.
     *
     * @param given a folder or an address of the web
     * @throws ParameterException if it is neither a folder nor an address of the web
     */
    static @Nullable String of(CommandSpec command, @Nullable String given, Path page) {
        if (given != null && given.matches("(?i)https?://[^\\s\"<>]+")) {
            return given.endsWith("/") ? given : given + "/";
        }
        Path root = given == null ? checkout() : Path.of(given);
        if (root == null) {
            return null;
        }
        if (!Files.isDirectory(root.resolve(SOURCES))) {
            throw new ParameterException(
                    command.commandLine(),
                    "--sources is '" + given + "'; expected an address that starts with https://, or a folder with "
                            + SOURCES);
        }
        Path folder = page.toAbsolutePath().normalize().getParent();
        Path target = root.toAbsolutePath().normalize();
        if (folder == null || !folder.getRoot().equals(target.getRoot())) {
            return target.toUri().toString();
        }
        StringBuilder relative = new StringBuilder();
        for (Path part : folder.relativize(target)) {
            relative.append(encoded(part.toString()));
        }
        return relative.isEmpty() ? "./" : relative.toString();
    }

    private static String encoded(String part) {
        return part.isEmpty()
                ? ""
                : URI.create("x:/").resolve(uri(part)).getRawPath().substring(1) + "/";
    }

    private static URI uri(String part) {
        try {
            return new URI(null, null, "/" + part, null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("cannot be part of an address: " + part, e);
        }
    }

    /** Returns the folder with this project's sources that the current folder is in, if there is one. */
    private static @Nullable Path checkout() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(SOURCES)) && Files.exists(folder.resolve("pom.xml"))) {
                return folder;
            }
        }
        return null;
    }
}
