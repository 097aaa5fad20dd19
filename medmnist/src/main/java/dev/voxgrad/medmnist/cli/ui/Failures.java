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
import dev.voxgrad.engine.cuda.driver.CudaException;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.text.VisibleText;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.medmnist.train.TrainingStoppedException;
import dev.voxgrad.nativecheck.report.ExitCodes;
import dev.voxgrad.nn.StateMismatchException;
import dev.voxgrad.nn.weights.WeightsFileException;

/** Turns what goes wrong into a sentence or two on standard error, and an exit code. */
public final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    /** As shells count: 128 and the number of SIGINT. */
    public static final int INTERRUPTED = 130;

    private final BooleanSupplier debug;

    public Failures(BooleanSupplier debug) {
        this.debug = debug;
    }

    /** A command failed: exit code 1, or 70 where that is a fault of the program. */
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof ParameterException wrongUse) {
            return handleParseException(wrongUse, parsed.originalArgs().toArray(String[]::new));
        }
        if (failure instanceof TrainingStoppedException) {
            return INTERRUPTED; // TrainingSession has said what there is to say, while it could: the JVM is on its way
            // out.
        }
        Optional<String> known = message(failure);
        return known.isPresent() ? failed(known.get(), failure, command) : internalError(failure, command);
    }

    /** Something that no command foresees: exit code 70. Picocli hands on errors, so whoever runs it calls this. */
    public int internalError(Throwable failure, CommandLine command) {
        failed(
                "internal error, this should not have happened: " + failure
                        + ". Please report it with what --debug shows.",
                failure,
                command);
        return ExitCodes.INTERNAL_ERROR;
    }

    /** The heap is full: exit code 1. Picocli hands on errors, so whoever runs it calls this. */
    public int outOfMemory(OutOfMemoryError failure, CommandLine command) {
        return failed(
                "out of memory: Java may use " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB here ("
                        + failure.getMessage() + "). Lower --batch-size, take smaller volumes, or give Java more with "
                        + "VOXGRAD_OPTS=-Xmx…g",
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

    /** Returns what a failure that is foreseen says; empty for others. */
    private static Optional<String> message(Exception failure) {
        return switch (failure) {
            case DataException known -> Optional.of(known.getMessage());
            case WeightsFileException known -> Optional.of(known.getMessage());
            case StateMismatchException known -> Optional.of(known.getMessage());
            case TrainingException known -> Optional.of(known.getMessage());
            case ShapeException known -> Optional.of(known.getMessage());
            case CudaException known -> Optional.of(known.getMessage());
            default -> Optional.empty();
        };
    }

    /** Wrong use: exit code 2, or what the command has instead. */
    @Override
    public int handleParseException(ParameterException wrongUse, String[] arguments) {
        CommandLine command = wrongUse.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("medmnist: " + VisibleText.line(wrongUse.getMessage(), Console.LONGEST_MESSAGE));
        UnmatchedArgumentException.printSuggestions(wrongUse, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        // What was parsed before the mistake may not hold the switch yet.
        if (debug.getAsBoolean() || Arrays.asList(arguments).contains("--debug")) {
            wrongUse.printStackTrace(err);
        }
        err.flush();
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }
}
