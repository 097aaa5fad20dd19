package dev.voxgrad.medmnist.cli.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import dev.voxgrad.medmnist.cli.ui.Console;
import dev.voxgrad.medmnist.cli.ui.VolumeProgress;
import dev.voxgrad.medmnist.data.NameList;
import dev.voxgrad.medmnist.importing.ImportRequest;
import dev.voxgrad.medmnist.importing.LabelTable;
import dev.voxgrad.medmnist.importing.PatientSplit;
import dev.voxgrad.medmnist.importing.PrepareSettings;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.importing.SetImport;
import dev.voxgrad.medmnist.importing.SetSplit;
import dev.voxgrad.medmnist.importing.TableColumns;
import dev.voxgrad.medmnist.importing.WindowRule;
import dev.voxgrad.medmnist.text.ShellWords;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Runs {@code medmnist import}. */
@Command(
        name = "import",
        header = "Makes a set from a folder of scans and a table of labels.",
        sortOptions = false,
        description = {
            "Reads the scans that a CSV names, brings all of them to one size and orientation, "
                    + "divides them into train, val and test, and writes SET.npz in MedMNIST's layout, and "
                    + "SET.json, which says where each volume came from. Then 'medmnist train --npz SET.npz' "
                    + "trains on it.",
            "",
            "Scans are NIfTI-1 or NIfTI-2 (.nii, .nii.gz, .hdr/.img) of integers, floats or RGB, or arrays of NumPy "
                    + "(.npy). A fourth dimension becomes channels. For DICOM, run dcm2niix first.",
            "",
            "The first line of the CSV names its columns: file, label, and optionally patient and split; other columns "
                    + "are ignored. Files are relative to DIR. Labels are class numbers from 0, or names, which become "
                    + "classes in alphabetical order. The CSV that 'medmnist save' writes is read, too.",
            "",
            "Each scan is turned so that its axes run to the patient's right, front and top (RAS), "
                    + "clamped to the window, and resampled about its centre with the same distance between "
                    + "voxels in all directions: linearly with antialiasing, or masks by the nearest voxel. The "
                    + "whole field of view fits, and is padded where its proportions are not those of the size. "
                    + "Oblique scans are not rotated.",
            "",
            "An interrupted import continues if the command is repeated. The result depends only on "
                    + "the scans, the table and the options.",
            "",
            "Examples:",
            "  medmnist import --images scans --labels labels.csv --out lungs.npz \\",
            "      --window -1000,400 --size 64",
            "  medmnist import --images mr --labels mr.csv --out brains.npz \\",
            "      --window percentile --size 32x64x64 --patient-column subject_id",
            ""
        })
public final class ImportCommand implements Callable<Integer> {
    private static final String COLUMN = "column";
    private static final String PARTS = "70,10,20";

    @Spec
    private CommandSpec command;

    @Option(names = "--images", paramLabel = "DIR", required = true, description = "Folder with the scans.")
    private Path images;

    @Option(names = "--labels", paramLabel = "FILE.csv", required = true, description = "Table of labels.")
    private Path labels;

    @Option(
            names = "--out",
            paramLabel = "SET.npz",
            required = true,
            description = "Set to write; the file must not exist yet.")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "S|DxHxW",
            defaultValue = "28",
            description =
                    "Edge of the volumes, or their lengths to the right, front and top. Default: ${DEFAULT-VALUE}")
    private String size;

    @Option(
            names = "--spacing",
            paramLabel = "MM",
            description =
                    "Distance between the new voxels in millimetres; scans are then cropped or padded about their "
                            + "centres. Default: for each scan, the smallest with which all of it fits")
    private @Nullable Double spacing;

    @Option(
            names = "--window",
            paramLabel = "W",
            defaultValue = "bytes",
            description = "How values become the 256 grey values of a set. LO,HI: these become black and white, "
                    + "such as -1000,400 for lungs in CT. percentile: the 0.5th and the 99.5th percentile of "
                    + "each scan and channel do, for MR. mask: 0 is black and everything else white. none: "
                    + "values are kept, as uint8, int16 or float32. Default: unsigned bytes stay as they are, "
                    + "other scans are refused")
    private String window;

    @Option(
            names = "--nan-as",
            paramLabel = "V",
            description = "Value for voxels that are NaN or infinite. Default: such scans are refused")
    private @Nullable Double nanAs;

    @Option(
            names = "--split",
            paramLabel = "T,V,E|column",
            description =
                    "Parts of train, val and test, or 'column' to use the table's. No patient is in two splits, and "
                            + "each has its share of every class. Default: the table's column if there is one, else "
                            + PARTS)
    private @Nullable String split;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of the division. Default: ${DEFAULT-VALUE}")
    private long seed = TrainSettings.SEED;

    @Option(
            names = "--file-column",
            paramLabel = "NAME",
            defaultValue = "file",
            description = "Column of the file names. Default: ${DEFAULT-VALUE}")
    private String fileColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            defaultValue = "label",
            description = "Column of the labels. Several names, separated by commas: independent labels, 0 or 1. "
                    + "Default: ${DEFAULT-VALUE}")
    private String labelColumn;

    @Option(
            names = "--patient-column",
            paramLabel = "NAME",
            description = "Column of the patients. Default: 'patient' if there is one; else every scan is a patient")
    private @Nullable String patientColumn;

    @Option(
            names = "--split-column",
            paramLabel = "NAME",
            description = "Column of the splits: train, val or test. Default: 'split' if there is one")
    private @Nullable String splitColumn;

    @Option(
            names = "--classes",
            paramLabel = "NAMES",
            description =
                    "Names of the classes in their order, separated by commas, instead of the alphabetical order.")
    private @Nullable String classes;

    @Override
    public Integer call() {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".npz")) {
            throw new ParameterException(
                    command.commandLine(), "--out is '" + out + "'; expected a name that ends with .npz");
        }
        List<Integer> lengths = parsed(size, PrepareSettings::parseSize);
        WindowRule rule = parsed(window, WindowRule::parse);
        List<Integer> parts = split == null || split.equals(COLUMN) ? List.of() : parsed(split, PatientSplit::parse);
        List<String> columns = names("--label-column", labelColumn);
        List<String> names = classes == null ? List.of() : names("--classes", classes);
        LabelTable table =
                LabelTable.read(labels, new TableColumns(fileColumn, columns, patientColumn, splitColumn), names);
        if (split == null && !table.hasSplits()) {
            parts = PatientSplit.parse(PARTS);
        }
        ImportRequest request = new ImportRequest(images, table, out, lengths, rule, spacing, nanAs, parts, seed);
        SetImport plan = parsed("", _ -> SetImport.plan(request));
        describe(plan, table);
        plan.run(new Progress(new Console(command.commandLine().getOut())));
        PrintWriter console = command.commandLine().getOut();
        console.println("Written to " + out + " and " + SetDescription.fileOf(out));
        console.println("Train on it: medmnist train --npz " + ShellWords.quote(out) + " --labels "
                + ShellWords.quote(NameList.format(table.labelNames())) + " --out runs/NAME");
        return 0;
    }

    /** Shows the progress of an import. */
    private static final class Progress implements SetImport.Listener {
        private final Console console;
        private @Nullable VolumeProgress volumes;

        Progress(Console console) {
            this.console = console;
        }

        @Override
        public void started(int finished, int all, long work) {
            if (finished > 0) {
                console.progress(finished + " of " + all + " volumes are finished from an earlier import");
            }
            volumes = new VolumeProgress(console, finished, all, work);
        }

        @Override
        public void volumeDone(long work) {
            Objects.requireNonNull(volumes).done(work);
        }

        @Override
        public void warning(String text) {
            console.warning(text);
        }
    }

    private <T> T parsed(String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private List<String> names(String option, String text) {
        try {
            return NameList.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), option + " " + e.getMessage(), e);
        }
    }

    private void describe(SetImport plan, LabelTable table) {
        PrintWriter console = command.commandLine().getOut();
        PrepareSettings settings = plan.settings();
        console.println(table.rows().size() + " scans become volumes of "
                + settings.type().name().toLowerCase(Locale.ROOT) + ", "
                + String.join("x", settings.size().stream().map(String::valueOf).toList()) + ", "
                + settings.channels() + (settings.channels() == 1 ? " channel" : " channels"));
        int width = Math.max(
                5, table.labelNames().stream().mapToInt(String::length).max().orElse(0));
        console.println(row(width, "class", split -> split.flag()));
        for (int label = 0; label < table.labelNames().size(); label++) {
            int number = label;
            console.println(
                    row(width, table.labelNames().get(label), split -> String.valueOf(plan.count(split, number))));
        }
        console.println(row(width, "all", split -> String.valueOf(plan.count(split))));
    }

    private static String row(int width, String name, Function<SetSplit, String> value) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + width + "s", name));
        for (SetSplit split : SetSplit.values()) {
            row.append(String.format(Locale.ROOT, "  %6s", value.apply(split)));
        }
        return row.toString();
    }
}
