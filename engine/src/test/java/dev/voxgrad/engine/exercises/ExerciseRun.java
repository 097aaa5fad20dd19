package dev.voxgrad.engine.exercises;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Compiles one changed source file, and runs the test of an exercise with it. The other classes are those of the
 * checkout, loaded a second time by a class loader that sees the changed class first.
 */
public final class ExerciseRun {
    private ExerciseRun() {}

    /**
     * Runs the exercise's test with another text of its source.
     *
     * @return the reason why the text does not compile or the test fails; empty if the test passes
     */
    public static Optional<String> run(Exercise exercise, String source) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("voxgrad-exercise-");
            Optional<String> errors = compile(exercise, source, folder);
            return errors.isPresent() ? errors : test(exercise, folder);
        } catch (IOException e) {
            throw new IllegalStateException("the exercise cannot be run: " + e.getMessage(), e);
        } finally {
            delete(folder);
        }
    }

    private static Optional<String> compile(Exercise exercise, String source, Path folder) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path file = Files.writeString(folder.resolve(exercise.fileName()), source);
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        String classPath = classFolders(exercise).stream().map(Path::toString).collect(Collectors.joining(separator()))
                + separator()
                + System.getProperty("java.class.path");
        List<String> options = List.of(
                "-d",
                folder.toString(),
                "-cp",
                classPath,
                "-proc:none",
                "-nowarn",
                "--add-modules",
                "jdk.incubator.vector");
        try (StandardJavaFileManager files = compiler.getStandardFileManager(problems, Locale.ROOT, null)) {
            if (compiler.getTask(null, files, problems, options, null, files.getJavaFileObjects(file))
                    .call()) {
                return Optional.empty();
            }
        }
        return Optional.of(problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(problem -> "line " + problem.getLineNumber() + ": " + problem.getMessage(Locale.ROOT))
                .collect(Collectors.joining("\n", "does not compile:\n", "")));
    }

    private static String separator() {
        return System.getProperty("path.separator");
    }

    /** Returns the folders of this checkout's classes, and of the tests that the exercise needs. */
    private static List<Path> classFolders(Exercise exercise) {
        boolean inEngine = exercise.module().equals("engine");
        List<String> modules =
                inEngine ? List.of("engine") : List.of("engine", "nn", "native-check", exercise.module());
        List<String> tests = inEngine ? List.of("engine") : List.of("engine", exercise.module());
        return Stream.concat(
                        modules.stream().map(module -> module + "/target/classes"),
                        tests.stream().map(module -> module + "/target/test-classes"))
                .map(Exercise.ROOT::resolve)
                .toList();
    }

    private static Optional<String> test(Exercise exercise, Path folder) throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (ChangedClasses loader = ChangedClasses.of(folder, classFolders(exercise), before)) {
            thread.setContextClassLoader(loader);
            LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                    .selectors(DiscoverySelectors.selectMethod(
                            loader.loadClass(exercise.testClass()), exercise.testMethod()))
                    .build();
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create().execute(request, listener);
            return outcome(exercise, listener.getSummary());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "the tests of module " + exercise.module() + " are not compiled: no class " + exercise.testClass(),
                    e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static Optional<String> outcome(Exercise exercise, TestExecutionSummary summary) {
        if (!summary.getFailures().isEmpty()) {
            return Optional.of(String.valueOf(
                    summary.getFailures().getFirst().getException().getMessage()));
        }
        if (summary.getTestsSucceededCount() == 0) {
            throw new IllegalStateException("no test " + exercise.testClass() + "." + exercise.testMethod());
        }
        return Optional.empty();
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new IllegalStateException(folder + " cannot be removed: " + e.getMessage(), e);
        }
    }

    /** Loads this project's classes itself, the changed ones first, and all others through its parent. */
    private static final class ChangedClasses extends URLClassLoader {
        private ChangedClasses(URL[] places, ClassLoader parent) {
            super(places, parent);
        }

        static ChangedClasses of(Path changed, List<Path> others, ClassLoader parent) throws MalformedURLException {
            List<URL> places = new ArrayList<>(List.of(changed.toUri().toURL()));
            for (Path other : others) {
                places.add(other.toUri().toURL());
            }
            return new ChangedClasses(places.toArray(URL[]::new), parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.voxgrad.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
