package dev.voxgrad.medmnist.cli.ui;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.cuda.CudaException;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.HeapLimit;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.nativecheck.report.ExitCodes;
import dev.voxgrad.nn.StateMismatchException;
import dev.voxgrad.nn.weights.WeightsFileException;

/** Turns failures into a short message on standard error and an exit code. */
public final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /** The exit code after SIGINT, by the convention of shells: 128 plus the signal's number. */
    public static final int INTERRUPTED = 130;

    private final BooleanSupplier debug;

    /** Creates a handler that prints stack traces if {@code debug} says so. */
    public Failures(BooleanSupplier debug) {
        this.debug = debug;
    }

    /** Handles the failure of a command: exit code 1, or 70 if the program itself is at fault. */
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof ParameterException wrongUse) {
            return handleParseException(wrongUse, parsed.originalArgs().toArray(String[]::new));
        }
        if (failure instanceof TrainingStoppedException) {
            return INTERRUPTED; // The command has already printed the message: by now, the JVM may be shutting down.
        }
        Optional<String> known = message(failure);
        return known.isPresent() ? failed(known.get(), failure, command) : internalError(failure, command);
    }

    /**
     * Reports a failure that no command expects: exit code 70. Picocli does not handle errors, so the caller of picocli
     * calls this method for them.
     */
    public int internalError(Throwable failure, CommandLine command) {
        failed(
                "internal error, this should not have happened: " + failure
                        + ". Please report it together with the output of --debug.",
                failure,
                command);
        return ExitCodes.INTERNAL_ERROR;
    }

    /**
     * Reports that the heap is full: exit code 1. Picocli does not handle errors, so the caller of picocli calls this
     * method.
     */
    public int outOfMemory(OutOfMemoryError failure, CommandLine command) {
        return failed(
                HeapLimit.exceeded(failure)
                        + ". Lower --batch-size, use smaller volumes, or raise the limit with VOXGRAD_OPTS=-Xmx…g",
                failure,
                command);
    }

    private int failed(String message, Throwable failure, CommandLine command) {
        PrintWriter err = command.getErr();
        err.println("medmnist: " + VisibleText.line(message, Console.LONGEST_MESSAGE));
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.SOFTWARE;
    }

    /** Returns the message of an expected failure; empty for any other. */
    private static Optional<String> message(Exception failure) {
        return switch (failure) {
            case DataException _,
                    WeightsFileException _,
                    StateMismatchException _,
                    TrainingException _,
                    ShapeException _,
                    CudaException _ -> Optional.ofNullable(failure.getMessage());
            default -> Optional.empty();
        };
    }

    /** Handles wrong usage: exit code 2, or the code that the command defines for it. */
    @Override
    public int handleParseException(ParameterException wrongUse, String[] arguments) {
        CommandLine command = wrongUse.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("medmnist: " + VisibleText.line(String.valueOf(wrongUse.getMessage()), Console.LONGEST_MESSAGE));
        UnmatchedArgumentException.printSuggestions(wrongUse, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        // Parsing stops at the mistake, which may come before --debug.
        if (debug.getAsBoolean() || Arrays.asList(arguments).contains("--debug")) {
            wrongUse.printStackTrace(err);
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
