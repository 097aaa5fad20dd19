package dev.voxgrad.medmnist.cli.command;

import java.nio.file.Path;

import dev.voxgrad.medmnist.benchmark.BenchmarkCsv;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.benchmark.BenchmarkResults;
import dev.voxgrad.medmnist.benchmark.BenchmarkText;
import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.report.BenchmarkPage;

/** Prints a benchmark's tables, and writes them into its folder. */
final class BenchmarkOutput {
    private BenchmarkOutput() {}

    /** Prints the tables, then writes all files, in this order, so that a full disk does not hide the result. */
    static void show(BenchmarkResults results, Console console) {
        console.line("");
        console.line(BenchmarkText.terminal(results).stripTrailing());
        console.line("");
        Path folder = write(results);
        console.line("The tables are in " + folder.resolve("benchmark.md") + ", benchmark.csv and benchmark.html");
    }

    /** Writes the tables of all that is finished; returns their folder. */
    static Path write(BenchmarkResults results) {
        RunFolder files = new RunFolder(results.folder());
        files.write(files.file("benchmark.md"), BenchmarkText.markdown(results));
        files.write(files.file("benchmark.csv"), BenchmarkCsv.of(results));
        files.write(files.file("benchmark.html"), BenchmarkPage.html(results));
        return results.folder();
    }

    /** Writes the tables of all rows of a folder. */
    static void write(BenchmarkFolder folder) {
        write(BenchmarkResults.read(folder, net -> true));
    }
}
