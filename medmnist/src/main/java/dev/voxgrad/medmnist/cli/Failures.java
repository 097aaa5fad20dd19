package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.medmnist.data.DataException;
import dev.voxgrad.medmnist.train.TrainingException;
import dev.voxgrad.nn.StateMismatchException;
import dev.voxgrad.nn.weights.WeightsFileException;

/** Turns what goes wrong into a sentence or two on standard error, and an exit code. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final BooleanSupplier debug;

    Failures(BooleanSupplier debug) {
        this.debug = debug;
    }

    /** A command failed: exit code 1. */
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (failure instanceof ParameterException wrongUse) {
            return handleParseException(wrongUse, parsed.originalArgs().toArray(String[]::new));
        }
        err.println("medmnist: " + message(failure));
        if (debug.getAsBoolean()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.SOFTWARE;
    }

    private static String message(Exception failure) {
        return switch (failure) {
            case DataException known -> known.getMessage();
            case WeightsFileException known -> known.getMessage();
            case StateMismatchException known -> known.getMessage();
            case TrainingException known -> known.getMessage();
            case ShapeException known -> known.getMessage();
            default -> "this should not have happened: " + failure
                    + ". Please report it with what --debug shows.";
        };
    }

    /** Wrong use: exit code 2. */
    @Override
    public int handleParseException(ParameterException wrongUse, String[] arguments) {
        CommandLine command = wrongUse.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("medmnist: " + wrongUse.getMessage());
        UnmatchedArgumentException.printSuggestions(wrongUse, err);
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        if (debug.getAsBoolean()) {
            wrongUse.printStackTrace(err);
        }
        err.flush();
        return ExitCode.USAGE;
    }
}
