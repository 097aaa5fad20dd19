package dev.voxgrad.nativecheck.library;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.voxgrad.nativecheck.machine.SystemText;

/**
 * Lists folders that may contain CUDA's libraries but are unknown to the loader: toolkits, our own cache, pip wheels,
 * Conda.
 */
final class CudaFolders {
    private CudaFolders() {}

    /**
     * Returns the folders, whether or not they contain anything.
     *
     * @param root the root of the file system, {@code /} except in tests
     * @param environment the environment variables
     */
    static List<Path> of(Path root, Map<String, String> environment) {
        List<Path> folders = new ArrayList<>();
        for (Path toolkit : LibraryPath.list(root.resolve("usr/local"), "cuda")) {
            folders.add(toolkit.resolve("lib64"));
        }
        folders.add(root.resolve("opt/cuda/lib64"));
        folders.add(root.resolve("usr/lib/wsl/lib"));
        LibraryCache.find(environment).map(LibraryCache::folder).ifPresent(folders::add);
        Stream<String> homes = Stream.of("VIRTUAL_ENV", "CONDA_PREFIX")
                .map(environment::get)
                .filter(home -> home != null && !home.isEmpty());
        List<Path> prefixes = new ArrayList<>(
                homes.flatMap(home -> SystemText.path(home).stream()).toList());
        prefixes.forEach(prefix -> folders.add(prefix.resolve("lib")));
        prefixes.add(root.resolve("usr/local"));
        prefixes.add(root.resolve("usr"));
        prefixes.forEach(prefix -> folders.addAll(wheels(prefix)));
        return folders;
    }

    /** Returns the folders of a wheel's libraries: {@code lib/python3.x/site-packages/nvidia/<part>/lib}. */
    private static List<Path> wheels(Path prefix) {
        return LibraryPath.list(prefix.resolve("lib"), "python3").stream()
                .flatMap(python -> Stream.of("site-packages", "dist-packages").map(python::resolve))
                .flatMap(packages -> LibraryPath.list(packages.resolve("nvidia"), "").stream())
                .map(part -> part.resolve("lib"))
                .toList();
    }
}
