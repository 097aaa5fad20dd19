package dev.voxgrad.medmnist.cli.options;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.Home;

/** Converts an argument to a path; a leading {@code ~} is the home folder. */
public final class UserPath implements ITypeConverter<Path> {
    /** The character that Java substitutes for bytes that it cannot decode. */
    private static final char UNREADABLE = '\uFFFD';

    @Override
    public Path convert(String text) {
        try {
            if (text.indexOf(UNREADABLE) >= 0) {
                throw new TypeConversionException(
                        "'" + text + "' has characters that cannot be read in this locale; set one "
                                + "with UTF-8, such as LC_ALL=C.UTF-8, and write the path in UTF-8");
            }
            return Home.expand(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + text + "' is not a valid path: " + e.getReason());
        } catch (DataException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
