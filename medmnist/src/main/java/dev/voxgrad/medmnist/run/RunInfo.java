package dev.voxgrad.medmnist.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.ConvolutionMode;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Devices;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.data.source.OwnFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static dev.voxgrad.medmnist.io.BadValueException.require;
import static dev.voxgrad.medmnist.io.BadValueException.requireAll;
import static dev.voxgrad.medmnist.io.BadValueException.requirePresent;
import static dev.voxgrad.medmnist.io.BadValueException.requireUnderstood;

/**
 * Describes a run: the contents of {@code run.json}.
 *
 * @param voxgrad version of Voxgrad
 * @param java version of the JVM
 * @param started date and time, ISO 8601
 * @param device description of the device on which the run was started
 * @param convolution how its convolution algorithms are chosen; null in runs of versions without a choice
 * @param fusion whether several layers run as one operation
 * @param gpu how a GPU is used; null for other devices
 * @param data where the volumes come from
 * @param dataMd5 MD5 of the data file; null if the volumes are made by code
 * @param synthetic whether the volumes are made by code, so that results say nothing about medicine
 * @param task the task of the data, in MedMNIST's words
 * @param labelNames names of the classes
 * @param shape shape of the volumes as they are stored; null in runs of earlier versions
 * @param crossValidation how train and val are cut into folds; null for the split as it is in the file
 * @param settings everything else that decides the outcome
 */
public record RunInfo(
        String voxgrad,
        String java,
        String started,
        String device,
        @Nullable String convolution,
        boolean fusion,
        @Nullable Gpu gpu,
        DataSource data,
        @Nullable String dataMd5,
        boolean synthetic,
        @Nullable String task,
        List<String> labelNames,
        @Nullable VolumeShape shape,
        @Nullable CrossValidation crossValidation,
        TrainSettings settings) {
    /** Refuses what an edited or damaged run.json may lack or contain. */
    public RunInfo {
        requirePresent("device", device);
        String name = device.split(": ", 2)[0];
        require(Devices.isName(name), "device", "'" + name + "'", "cpu, cuda, cuda:1 and so on, or reference");
        requirePresent("data", data);
        requireAll("labelNames", labelNames, "the names of all classes");
        labelNames = List.copyOf(labelNames);
        requirePresent("settings", settings);
        if (data instanceof OwnFile && data.window() == null) {
            data = data.withWindow(Window.BYTES); // versions without windows took integers as they are
        }
        if (convolution != null) {
            requireUnderstood("convolution", convolution, ConvolutionMode::byFlag);
        }
    }

    /**
     * Describes how a GPU is used, as far as it affects the outcome.
     *
     * @param precision {@code fp32}, {@code tf32} or {@code bf16}
     * @param fastAlgorithms whether cuDNN was free to choose
     * @param kernels {@code own} or {@code cudnn}; read as null, meaning own, from runs of versions without a choice
     */
    public record Gpu(String precision, boolean fastAlgorithms, String kernels) {
        public Gpu {
            kernels = kernels == null ? GpuKernels.OWN.flag() : kernels;
            requirePresent("precision", precision);
            requireUnderstood("precision", precision, Precision::byFlag);
            requireUnderstood("kernels", kernels, GpuKernels::byFlag);
        }

        /** Returns how that device is used; null if it is not a GPU. */
        public static @Nullable Gpu of(Device device) {
            return device.gpuSettings()
                    .map(gpu -> new Gpu(
                            gpu.precision().flag(), gpu.fastest(), gpu.kernels().flag()))
                    .orElse(null);
        }
    }

    /** Returns the device's name on the command line, with which its description starts. */
    public String deviceName() {
        return device.split(": ", 2)[0];
    }

    /**
     * Returns where the volumes come from, with labels that mean what they meant in training, even if this version
     * would derive another task from them.
     */
    public DataSource dataAsTaken() {
        return data instanceof OwnFile file && file.task() == null && task != null
                ? file.withTask(Task.byName(task)
                        .map(known -> known == Task.MULTI_LABEL ? known : Task.MULTI_CLASS)
                        .map(Task::flag)
                        .orElse(null))
                : data;
    }

    /**
     * Checks that a resumed run would end as one that was never interrupted: settings must stay, but {@code models}
     * and, if the schedule does not depend on it, {@code epochs} may grow.
     *
     * @throws IncompatibleRunException if another setting differs
     */
    public void requireCompatible(TrainSettings now) {
        new ResumeRules().settings(settings, now).requireNone();
    }

    /**
     * Checks that cross-validation stays the same.
     *
     * @param now null if the user did not request it, which is compatible with every run
     * @throws IncompatibleRunException if the number of folds differs
     */
    public void requireCompatible(@Nullable CrossValidation now) {
        if (now != null) {
            new ResumeRules()
                    .same("folds", crossValidation == null ? "none" : crossValidation.folds(), now.folds())
                    .requireNone();
        }
    }

    /**
     * Checks that a device computes in the same way. A run may be resumed on another GPU, with more or fewer threads,
     * or with {@code --no-fusion}; {@link #computesAs} says whether the last digits stay the same.
     *
     * @throws IncompatibleRunException if it is a device of another kind, or one with other options
     */
    public void requireCompatible(Device now) {
        ResumeRules rules = new ResumeRules();
        if (!Devices.areOfAKind(deviceName(), now.name())) {
            rules.same("device", deviceName(), now.name());
        } else {
            rules.same("convolution", convolution, now.convolution().flag());
            Gpu other = Gpu.of(now);
            if (other != null && gpu != null) {
                rules.same("precision", gpu.precision, other.precision)
                        .same("fast-algorithms", gpu.fastAlgorithms, other.fastAlgorithms)
                        .same("gpu-kernels", gpu.kernels, other.kernels);
            }
        }
        rules.requireNone();
    }

    /** Returns whether a device gives the same last digits as the one on which the run was started. */
    public boolean computesAs(Device now) {
        return device.endsWith(now.arithmetic());
    }

    /**
     * Checks that the volumes are read with the same window.
     *
     * @param now null if the user did not request one, which is compatible with every run
     * @throws IncompatibleRunException if it is another window
     */
    public void requireCompatible(@Nullable Window now) {
        Window before = dataAsTaken().window();
        if (now != null && (before == null || !now.hasBoundsOf(before))) {
            throw new IncompatibleRunException("--window is " + now + ", but the volumes of this run are read with "
                    + (before == null ? "their own grey values" : before)
                    + ". Leave the option out, or start a new run");
        }
    }

    /**
     * Checks that the data file is the same.
     *
     * @throws DataFileException if it has another MD5 sum
     */
    public void requireCompatible(VolumeData now) {
        if (!Objects.equals(dataMd5, now.md5().orElse(null))) {
            throw new DataFileException(
                    now.name(),
                    "has the MD5 sum " + now.md5().orElse("(none)") + ", but the run was started with " + dataMd5
                            + "; give the same file with --root or --npz");
        }
    }

    /** Warns if the data file, which may change before a trained model is applied, has another MD5 sum. */
    public void warnIfChanged(VolumeData now, Consumer<String> warnings) {
        now.warnIfChanged(dataMd5, "the training", warnings);
    }

    /** Returns the same run without the folders of this machine: files are named without them. */
    public RunInfo portable() {
        String start = settings.initWeights();
        TrainSettings portable = settings.toBuilder()
                .initWeights(
                        start == null ? null : String.valueOf(Path.of(start).getFileName()))
                .build();
        return with(data.withoutFolder(), portable);
    }

    /** Returns the same run with other settings. */
    RunInfo withSettings(TrainSettings newSettings) {
        return with(data, newSettings);
    }

    private RunInfo with(DataSource newData, TrainSettings newSettings) {
        return new RunInfo(
                voxgrad,
                java,
                started,
                device,
                convolution,
                fusion,
                gpu,
                newData,
                dataMd5,
                synthetic,
                task,
                labelNames,
                shape,
                crossValidation,
                newSettings);
    }
}
