package dev.voxgrad.medmnist.cli.ui;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

import org.jspecify.annotations.Nullable;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/**
 * Measures the current width of the terminal of standard output. Java has no such call; C has {@code ioctl} with
 * {@code TIOCGWINSZ}.
 */
final class TerminalWidth {
    private static final int STANDARD_OUTPUT = 1;
    /** The number of shorts in {@code struct winsize}: rows, columns, and the size in pixels. */
    private static final int SHORTS = 4;

    private static final int COLUMNS = 1;
    /** The assumed width if the terminal does not know its own, as on a serial line. */
    private static final int USUAL = 80;

    private static final long LINUX = 0x5413;
    private static final long MAC = 0x40087468;

    private static final OptionalInt NO_TERMINAL = OptionalInt.empty();
    private static final @Nullable MethodHandle IOCTL = ioctl(System.getProperty("os.name"));

    private TerminalWidth() {}

    /** Returns the number of columns; empty if standard output is not a terminal or cannot move its cursor. */
    static OptionalInt columns() {
        return canErase(System.getenv()) ? measured() : NO_TERMINAL;
    }

    /** Returns whether the terminal in the environment understands the sequence that erases a line. */
    static boolean canErase(Map<String, String> environment) {
        String kind = environment.getOrDefault("TERM", "");
        return !kind.isEmpty() && !kind.equals("dumb");
    }

    private static OptionalInt measured() {
        if (IOCTL == null) {
            return System.console() != null && System.console().isTerminal() ? OptionalInt.of(USUAL) : NO_TERMINAL;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(JAVA_SHORT, SHORTS);
            if ((int) IOCTL.invokeExact(STANDARD_OUTPUT, request(System.getProperty("os.name")), size) != 0) {
                return NO_TERMINAL;
            }
            int columns = Short.toUnsignedInt(size.getAtIndex(JAVA_SHORT, COLUMNS));
            return OptionalInt.of(columns == 0 ? USUAL : columns);
        } catch (Throwable e) {
            throw new IllegalStateException("ioctl", e);
        }
    }

    private static long request(String system) {
        return system.toLowerCase(Locale.ROOT).startsWith("mac") ? MAC : LINUX;
    }

    /** Returns the call; null if the system has none, or if this JVM may not call it without a warning. */
    @SuppressWarnings("restricted")
    private static @Nullable MethodHandle ioctl(String system) {
        if (!(system.equals("Linux") || request(system) == MAC)
                || !TerminalWidth.class.getModule().isNativeAccessEnabled()) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("ioctl")
                .map(function -> linker.downcallHandle(
                        function,
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
                        Linker.Option.firstVariadicArg(2)))
                .orElse(null);
    }
}
