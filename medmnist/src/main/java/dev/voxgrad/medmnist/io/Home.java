package dev.voxgrad.medmnist.io;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * Finds the user's home folder as shells and Python do: {@code $HOME}, and without it the one that the system has for
 * the user. (Java by itself never looks at {@code $HOME} where the system knows the user.)
 */
public final class Home {
    private Home() {}

    /** Returns the home folder, if there is one. */
    public static Optional<Path> folder() {
        return folder(System.getenv(), System.getProperties());
    }

    static Optional<Path> folder(Map<String, String> environment, Properties properties) {
        String variable = environment.getOrDefault("HOME", "");
        String known = properties.getProperty("user.home", "");
        String home = variable.isBlank() ? known : variable;
        // What Java says of a user that the system does not know.
        return home.isBlank() || home.equals("?") ? Optional.empty() : Optional.of(Path.of(home));
    }

    /**
     * Returns the path that a user has written, with a leading {@code ~} as the home folder: shells leave it alone in
     * {@code --root=~/data}. Other users' homes ({@code ~someone}) are not looked for.
     *
     * @throws DataException if there is no home folder
     * @throws java.nio.file.InvalidPathException if it is no path
     */
    public static Path expand(String path) {
        return expand(path, folder());
    }

    static Path expand(String path, Optional<Path> home) {
        if (!path.equals("~") && !path.startsWith("~/")) {
            return Path.of(path);
        }
        return home.orElseThrow(
                        () -> new DataException(
                                "'" + path + "' is in the home folder, and there is none: "
                                        + "HOME is not set, and the system does not know this user. Give a path without ~, or set HOME"))
                .resolve(path.substring(path.equals("~") ? 1 : 2).replaceFirst("^/+", ""));
    }
}
