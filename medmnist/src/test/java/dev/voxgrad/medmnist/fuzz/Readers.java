package dev.voxgrad.medmnist.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.device.ReferenceDevice;
import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.benchmark.BenchmarkFolder;
import dev.voxgrad.medmnist.data.FileOptions;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Requirement;
import dev.voxgrad.medmnist.data.VolumeCache;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.check.SetCheck;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.ensemble.EnsembleReaders;
import dev.voxgrad.medmnist.export.WeightsFormat;
import dev.voxgrad.medmnist.importing.ImportReaders;
import dev.voxgrad.medmnist.importing.SetDescription;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.metrics.StandardResultFile;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.report.ReportReaders;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunReaders;
import dev.voxgrad.medmnist.search.SearchReaders;
import dev.voxgrad.nativecheck.library.Elf;
import dev.voxgrad.nativecheck.machine.CpuInfo;
import dev.voxgrad.nativecheck.machine.Mount;
import dev.voxgrad.nn.Linear;
import dev.voxgrad.nn.onnx.OnnxInput;
import dev.voxgrad.nn.onnx.OnnxModel;
import dev.voxgrad.nn.weights.WeightsFile;
import dev.voxgrad.nn.weights.WeightsFileException;

/** Lists every reader of files that come from elsewhere. */
final class Readers {
    static final List<Class<? extends Exception>> DATA = List.of(DataException.class);
    private static final List<Class<? extends Exception>> NONE = List.of();
    /** A valid file, next to which other files of a run are read. */
    private static final byte[] RUN = RunInputs.wholeInfo();

    private static final byte[] SEARCH = SearchInputs.wholeInfo();

    private Readers() {}

    static List<Target> all() {
        return List.of(
                new Target("npy", ".npy", NpyInputs::any, Readers::npy, DATA),
                new Target("npz", ".npz", NpzInputs::any, Readers::npz, DATA),
                new Target(
                        "data set",
                        ".npz",
                        NpzInputs::any,
                        file -> VolumeLoader.loadFile(file, FileOptions.NONE, warning -> {}),
                        DATA),
                new Target("data set in its file", ".npz", NpzInputs::any, Readers::mapped, DATA),
                new Target(
                        "check of a data set",
                        ".npz",
                        NpzInputs::any,
                        file -> SetCheck.check(file, FileOptions.NONE, progress -> {})
                                .toText(),
                        DATA),
                new Target(
                        "safetensors",
                        ".safetensors",
                        SafetensorsInputs::any,
                        WeightsFile::read,
                        List.of(WeightsFileException.class)),
                new Target("pth", ".pth", TorchInputs::any, WeightsFile::read, List.of(WeightsFileException.class)),
                new Target("onnx", ".pth", TorchInputs::linear, Readers::onnx, List.of(WeightsFileException.class)),
                new Target("weights.npz", ".npz", NpzInputs::any, file -> WeightsFormat.read(file, null), DATA),
                new Target("checkpoint", ".checkpoint", RunInputs::checkpoint, RunReaders::readCheckpoint, DATA),
                new Target(
                        "member state",
                        "",
                        RunInputs::state,
                        file -> RunReaders.readState(in(file, "members/member-00.json")),
                        DATA),
                new Target("run.json", "", RunInputs::info, file -> RunReaders.readInfo(in(file, "run.json")), DATA),
                new Target(
                        "search.json",
                        "",
                        SearchInputs::info,
                        file -> SearchReaders.read(in(file, "search.json").getParent()),
                        DATA),
                new Target("trial.json", "", SearchInputs::trial, Readers::trial, DATA),
                new Target(
                        "history.csv",
                        "",
                        RunInputs::history,
                        file -> ReportReaders.readHistory(
                                in(file, "history.csv").getParent()),
                        DATA),
                new Target("scan", ".nii", ScanInputs::any, ImportReaders::readScan, DATA),
                new Target("scan in two files", ".hdr", ScanInputs::header, ImportReaders::readPair, DATA),
                new Target("label table", ".csv", ScanInputs::table, ImportReaders::readTable, DATA),
                new Target("set description", ".json", ScanInputs::description, SetDescription::read, DATA),
                new Target("timings.csv", "", RunInputs::timings, Readers::timings, DATA),
                new Target("members.csv", "", RunInputs::members, Readers::members, DATA),
                new Target(
                        "summary.csv",
                        "",
                        RunInputs::summary,
                        file -> EnsembleReaders.readSummary(
                                in(file, "summary.csv").getParent()),
                        DATA),
                new Target(
                        "ensemble.json",
                        "",
                        RunInputs::ensemble,
                        file -> EnsembleReaders.readVolumes(
                                in(file, "ensemble.json").getParent()),
                        DATA),
                new Target(
                        "baseline-row.json",
                        "",
                        RunInputs::automaticRow,
                        file -> new BenchmarkFolder(
                                        in(file, "baseline-row.json").getParent())
                                .automaticRows(),
                        DATA),
                new Target(
                        "result file",
                        "",
                        RunInputs::result,
                        file -> StandardResultFile.read(in(file, "adrenalmnist3d_test@1.csv")),
                        DATA),
                new Target("result name", "", RunInputs::resultName, Readers::resultName, DATA),
                new Target("space", ".txt", SpaceInputs::any, SpaceInputs::read, DATA),
                new Target("weight list", ".txt", RunInputs::weights, Readers::weights, DATA),
                new Target(
                        "bundle",
                        ".zip",
                        BundleInputs::any,
                        file -> TrainedModel.open(file).close(),
                        DATA),
                new Target(
                        BaselineFiles.FILE,
                        "",
                        BaselineInputs::info,
                        file -> BaselineInputs.readInfo(in(file, BaselineFiles.FILE)),
                        DATA),
                BaselineInputs.model("logistic:1"),
                BaselineInputs.model("boosted:3"),
                BaselineInputs.model("forest:3"),
                BaselineInputs.model("pca:2+knn:3"),
                new Target("library", ".so", SystemInputs::library, Elf::read, List.of(IOException.class)),
                new Target(
                        "cpuinfo", "", SystemInputs::cpuInfo, file -> CpuInfo.read(root(file, "proc/cpuinfo")), NONE),
                new Target(
                        "cgroup 2",
                        "",
                        SystemInputs::quota,
                        file -> CpuInfo.read(root(file, "sys/fs/cgroup/cpu.max")),
                        NONE),
                new Target(
                        "cgroup 1",
                        "",
                        SystemInputs::quota,
                        file -> CpuInfo.read(root(file, "sys/fs/cgroup/cpu/cpu.cfs_quota_us")),
                        NONE),
                new Target(
                        "mounts",
                        "",
                        SystemInputs::mounts,
                        file -> Mount.of(file, Path.of("/tmp/some/folder"))
                                .options()
                                .size(),
                        NONE),
                new Target("ldconfig", "", SystemInputs::libraries, SystemReaders::readLibraryList, NONE),
                new Target("LD_LIBRARY_PATH", "", SystemInputs::folders, SystemReaders::readFolders, NONE));
    }

    private static void npy(Path file) {
        NpyArray array = NpyArray.read(file);
        if (array.count() > 0) {
            array.getDouble(array.count() - 1);
        }
        array.toString();
    }

    private static void npz(Path file) {
        try (NpzFile npz = NpzFile.open(file)) {
            npz.names().forEach(npz::read);
        }
    }

    /** Reads the first volume of each split where it is in the file. */
    private static void mapped(Path file) {
        Loading loading = new Loading(VolumeCache.NONE, Requirement.NONE, note -> {});
        VolumeLoader.loadFile(file, FileOptions.NONE, Preparation.STUDY, loading)
                .splits()
                .forEach(split -> split.values(0));
    }

    /** Loads the weights of a layer, and writes it as a model, which has to contain as many values. */
    private static void onnx(Path file) {
        WeightsFile weights = WeightsFile.read(file);
        Linear net = new Linear(ReferenceDevice.INSTANCE, 2, 1);
        weights.loadInto(net, file);
        OnnxModel model = new OnnxModel(
                Shape.of(2, 1, 1, 1),
                1,
                new OnnxInput(0, 255, 1, true, 1),
                List.of(new OnnxModel.Part("", net, 1)),
                OnnxModel.Output.SIGMOID,
                weights.metadata());
        if (model.toByteArray().length < 3 * Float.BYTES) {
            throw new AssertionError("the model lacks values");
        }
    }

    private static void timings(Path file) throws IOException {
        Path run = in(file, "timings.csv").getParent();
        Files.writeString(run.resolve("history.csv"), "member,net,epoch,train_loss,val_auc,val_acc\n");
        ReportReaders.readHistory(run);
    }

    private static void members(Path file) throws IOException {
        Path run = in(file, "members.csv").getParent();
        if (Files.notExists(run.resolve("run.json"))) {
            Files.write(run.resolve("run.json"), RUN);
        }
        RunFiles files = RunFiles.open(run);
        files.members()
                .forEach(member -> files.weights(member.index(), member.net().name(), ModelKind.BEST));
    }

    private static void trial(Path file) throws IOException {
        Path search = root(file, "trials/0000/trial.json");
        if (Files.notExists(search.resolve("search.json"))) {
            Files.write(search.resolve("search.json"), SEARCH);
        }
        SearchReaders.read(search);
    }

    /** Uses the whole input as a name. */
    private static void resultName(Path file) throws IOException {
        String name = Files.readString(file, StandardCharsets.ISO_8859_1);
        Path named;
        try {
            named = file.resolveSibling("results").resolve(name);
        } catch (InvalidPathException e) {
            return; // no file can have that name
        }
        StandardResultFile.read(named);
    }

    private static void weights(Path file) {
        EnsembleWeights weights = EnsembleWeights.read(file, 2);
        double sum = 0;
        for (int member = 0; member < 2; member++) {
            for (ModelKind kind : ModelKind.values()) {
                sum += weights.of(member, kind);
            }
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new AssertionError("the weights add up to " + sum);
        }
    }

    /** Puts the file under its name into the run's folder of that target. */
    private static Path in(Path file, String name) throws IOException {
        return root(file, name).resolve(name);
    }

    private static Path root(Path file, String name) throws IOException {
        Path folder = file.resolveSibling(file.getFileName() + " folder");
        Path place = folder.resolve(name);
        if (Files.notExists(place.getParent())) {
            Files.createDirectories(place.getParent());
        }
        Files.move(file, place, StandardCopyOption.REPLACE_EXISTING);
        return folder;
    }
}
