package dev.voxgrad.engine.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Compiles the CUDA emulator and all kernels with g++ into {@code engine/target/cuda-emulator}, once for each state of
 * their sources: the libraries alone, and the libraries with the kernels. Each build uses its own folder, which is
 * renamed at the end, so that several JVMs can build at the same time.
 */
final class CudaEmulatorBuild {
    private static final String COMPILER = "g++";
    private static final String SOURCES = "src/test/native";
    private static final List<String> COMMON = List.of("-std=c++17", "-O2", "-fPIC", "-fvisibility=hidden", "-pthread");
    /** Float arithmetic as written, and a GPU's checks; kernels also read floats as vectors, which C++ forbids. */
    private static final List<String> KERNELS = List.of(
            "-ffp-contract=off",
            "-fno-strict-aliasing",
            "-w",
            "-fsanitize=alignment,bounds",
            "-fno-sanitize-recover=all");

    private static final String LAUNCH_BOUNDS = "(?:__launch_bounds__\\s*\\([^)]*\\)\\s*)?";
    private static final Pattern ENTRY_POINT = Pattern.compile(
            "extern\\s+\"C\"\\s+__global__\\s+" + LAUNCH_BOUNDS + "void\\s+" + LAUNCH_BOUNDS + "(\\w+)\\s*\\(");
    private static final Pattern GLOBAL = Pattern.compile("\\b__global__\\b");

    private static Optional<String> missing;

    private final Path sources = engineFolder().resolve(SOURCES);
    private final List<Path> kernels;
    private final List<Path> kernelHeaders;
    private final List<String> includes;

    /** Prepares a build with the {@code .cu} files of these folders and their subfolders as kernels. */
    CudaEmulatorBuild(List<Path> kernelFolders) throws IOException {
        kernels = files(kernelFolders, ".cu");
        kernelHeaders = files(kernelFolders, ".cuh");
        Set<String> flags = new LinkedHashSet<>(List.of("-I" + sources));
        kernelHeaders.forEach(header -> flags.add("-I" + header.getParent()));
        includes = List.copyOf(flags);
    }

    /** Returns the engine's folder; tests run in the folder of any module. */
    static Path engineFolder() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve(SOURCES)) ? here : here.resolveSibling("engine");
    }

    static synchronized Optional<String> missing() {
        if (missing == null) {
            missing = findMissing();
        }
        return missing;
    }

    private static Optional<String> findMissing() {
        String machine = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (!machine.equals("Linux amd64")) {
            return Optional.of("the CUDA emulator runs on Linux x86-64 only, and this is " + machine);
        }
        Path folder = engineFolder().resolve(SOURCES);
        if (!Files.isDirectory(folder)) {
            return Optional.of("the CUDA emulator's sources are not at " + folder);
        }
        try {
            run(folder, List.of(COMPILER, "--version"));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("the CUDA emulator needs " + COMPILER + ", which cannot be started: " + e.getMessage());
        }
    }

    /** Returns the folder with the libraries and the kernels, and builds them if they are missing. */
    Path folder() throws IOException {
        Path libraries = built("libraries", files(List.of(sources), ""), this::buildLibraries);
        List<Path> all = new ArrayList<>(files(List.of(sources), ""));
        all.addAll(kernels);
        all.addAll(kernelHeaders);
        return built("kernels", all, target -> buildKernels(target, libraries));
    }

    /** Creates the contents of a folder. */
    private interface Build {
        void into(Path target) throws IOException;
    }

    /** Returns the folder of this kind for the present sources. */
    private static Path built(String kind, List<Path> from, Build build) throws IOException {
        Path all = engineFolder().resolve("target/cuda-emulator");
        Path folder = all.resolve(kind + "-" + hash(from));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Files.createDirectories(all);
        Path building = Files.createTempDirectory(all, "building-");
        try {
            build.into(building);
            Files.move(building, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } finally {
            delete(building);
        }
        return folder;
    }

    private void buildLibraries(Path target) throws IOException {
        library(target, "libcuda.so.1", "driver.cpp", "streams.cpp", "launch.cpp");
        library(
                target,
                "libcudnn.so.9",
                "cudnn_descriptors.cpp",
                "cudnn_convolution.cpp",
                "cudnn_convolution_loops.cpp",
                "cudnn_batchnorm.cpp",
                "cudnn_pooling.cpp",
                "cudnn_softmax.cpp");
        for (int cuda : new int[] {12, 13}) {
            library(target, "libcublas.so." + cuda, "cublas.cpp");
            library(target, "libnvrtc.so." + cuda, "nvrtc.cpp");
        }
        // All parts of cuDNN are in one library here; these files are for code that looks for the others.
        for (String part :
                List.of("graph", "ops", "cnn", "heuristic", "engines_precompiled", "engines_runtime_compiled")) {
            Files.createFile(target.resolve("libcudnn_" + part + ".so.9"));
        }
    }

    /** Builds the kernels next to copies of the libraries, because the driver looks for kernels in its own folder. */
    private void buildKernels(Path target, Path libraries) throws IOException {
        for (Path library : files(List.of(libraries), "")) {
            Files.copy(library, target.resolve(library.getFileName()));
        }
        List<String> compile = new ArrayList<>(List.of(COMPILER));
        compile.addAll(COMMON);
        compile.addAll(KERNELS);
        compile.addAll(includes);
        compile.addAll(List.of("-c", sources.resolve("fibers.cpp").toString()));
        List<String> link = new ArrayList<>(List.of(COMPILER, "-shared", "-o", "libkernels.so", "fibers.o"));
        for (int i = 0; i < kernels.size(); i++) {
            Files.writeString(target.resolve("kernels" + i + ".cpp"), translationUnit(kernels.get(i)));
            compile.add("kernels" + i + ".cpp");
            link.add("kernels" + i + ".o");
        }
        run(target, compile);
        run(target, link); // Without -fsanitize, which would add g++'s runtime; fibers.cpp has the functions.
    }

    /** Builds an emulated library; all but the driver have a version node of their own name, and need the driver. */
    private void library(Path target, String name, String... files) throws IOException {
        List<String> command = new ArrayList<>(List.of(COMPILER));
        command.addAll(COMMON);
        command.addAll(List.of("-shared", "-o", name, "-Wl,-soname," + name));
        command.add("-DCUDA=" + name.substring(name.lastIndexOf('.') + 1));
        for (String file : files) {
            command.add(sources.resolve(file).toString());
        }
        if (!name.startsWith("libcuda.")) {
            Files.writeString(target.resolve(name + ".version"), name + " { global: *; };\n");
            command.addAll(List.of("-Wl,--version-script=" + name + ".version", "libcuda.so.1"));
        }
        command.add("-ldl");
        run(target, command);
    }

    /**
     * Returns the source of a kernel file in its own namespace, so that helpers with the same name in several files do
     * not collide, with a description of each entry point.
     */
    private String translationUnit(Path kernel) throws IOException {
        StringBuilder text = new StringBuilder("#include \"emulated_cuda.h\"\n#include \"kernel_entry.h\"\n\n");
        text.append("namespace {\n#include \"").append(kernel).append("\"\n}\n\n");
        for (String entry : entryPoints(kernel)) {
            text.append("EMULATED_KERNEL(").append(entry).append(")\n");
        }
        return text.toString();
    }

    /** Returns the names of the kernels, including the ones that macros create. */
    private List<String> entryPoints(Path kernel) throws IOException {
        List<String> command = new ArrayList<>(List.of(COMPILER, "-E", "-P", "-x", "c++"));
        command.addAll(includes);
        command.add(kernel.toString());
        String text = run(kernel.getParent(), command);
        List<String> names =
                ENTRY_POINT.matcher(text).results().map(match -> match.group(1)).toList();
        long marked = GLOBAL.matcher(text).results().count();
        if (marked != names.size()) {
            throw new IllegalStateException(kernel + ": " + marked + " functions are __global__, but the CUDA emulator"
                    + " finds " + names.size() + " of the form: extern \"C\" __global__ void name(...): " + names);
        }
        return names;
    }

    /** Returns a hash of the sources and the way they are compiled. */
    private static String hash(List<Path> from) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(run(engineFolder(), List.of(COMPILER, "--version")).getBytes(StandardCharsets.UTF_8));
            List<Path> all = new ArrayList<>(from);
            all.add(engineFolder().resolve("src/test/java/dev/voxgrad/engine/testing/CudaEmulatorBuild.java"));
            for (Path file : all) {
                digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static List<Path> files(List<Path> folders, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                continue;
            }
            try (Stream<Path> walk = Files.walk(folder.toAbsolutePath())) {
                walk.filter(file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
                        .sorted()
                        .forEach(found::add);
            }
        }
        return found;
    }

    /** Runs a command to its end and returns what it printed. */
    private static String run(Path folder, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed:\n" + output);
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the CUDA emulator was built", e);
        } finally {
            process.destroy();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
