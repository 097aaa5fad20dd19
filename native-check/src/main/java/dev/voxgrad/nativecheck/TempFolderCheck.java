package dev.voxgrad.nativecheck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether JCuda can extract its native libraries into the folder for temporary files.
 *
 * @param folder the folder
 * @param state what is the matter with it
 */
public record TempFolderCheck(Path folder, State state) implements Check {
    /** What a folder allows. */
    public enum State {
        /** It is not there, or is no folder. */
        MISSING,
        /** No file can be made in it. */
        UNWRITABLE,
        /** Files can be made in it. */
        WRITABLE
    }

    private static final String NAME = "writable";

    /** Tries the folder out with a small file. */
    public static TempFolderCheck look(Path folder) {
        return new TempFolderCheck(folder, state(folder));
    }

    /** What the folder allows; tried, since permissions do not tell of full or read-only disks. */
    static State state(Path folder) {
        if (!Files.isDirectory(folder)) {
            return State.MISSING;
        }
        try {
            Path trial = Files.createTempFile(folder, "voxgrad-native-check", ".trial");
            Files.write(trial, new byte[4096]);
            Files.delete(trial);
            return State.WRITABLE;
        } catch (IOException e) {
            return State.UNWRITABLE;
        }
    }

    @Override
    public Finding judge() {
        return switch (state) {
            case WRITABLE -> Finding.pass(NAME, folder + " can be written");
            case MISSING -> fail("the temp folder " + folder + " does not exist");
            case UNWRITABLE -> fail("the temp folder " + folder + " cannot be written");
        };
    }

    private static Finding fail(String found) {
        return Finding.fail(NAME, found, "a folder for the native libraries that JCuda extracts",
                "make it writable and free some space, or name another with -Djava.io.tmpdir=FOLDER");
    }
}
