package dev.voxgrad.medmnist.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Represents the trained members of a run: their weight files, what they predict, and how volumes are prepared for
 * them. Nothing is loaded until it is requested.
 *
 * <pre>{@code
 * TrainedModel model = TrainedModel.open(Path.of("runs/adrenal"));
 * EnsembleNet ensemble = model.load(device, shape, EnsembleWeights.defaults(model.members().size()));
 * Tensor logits = ensemble.logits(batch);
 * }</pre>
 */
public final class TrainedModel {
    private final RunFiles run;
    private final List<MemberResult> members;
    private final Task task;

    private TrainedModel(RunFiles run, List<MemberResult> members, Task task) {
        this.run = run;
        this.members = List.copyOf(members);
        this.task = task;
    }

    /**
     * Opens the folder of a run.
     *
     * @throws DataFileException if it is no run, has no finished member, or is damaged
     */
    public static TrainedModel open(Path folder) {
        return of(RunFiles.open(folder));
    }

    /** Returns the model of an open run, with all finished members; fails as {@link #open}. */
    public static TrainedModel of(RunFiles run) {
        return new TrainedModel(run, run.members(), task(run));
    }

    private static Task task(RunFiles run) {
        String name = run.info().task();
        return Optional.ofNullable(name)
                .flatMap(Task::byName)
                .orElseThrow(() -> new DataFileException(
                        run.file(RunFiles.RUN_FILE).toString(),
                        (name == null ? "records no task, as in runs of early versions" : "has an unknown task")
                                + "; set the field task to binary, multi-class or multi-label"));
    }

    /**
     * Returns the same model with some members only.
     *
     * @param numbers of members in the run
     * @throws DataException if a number is not that of a finished member, or there is none
     */
    public TrainedModel withMembers(Collection<Integer> numbers) {
        List<MemberResult> chosen = members.stream()
                .filter(member -> numbers.contains(member.index()))
                .toList();
        List<Integer> known = members.stream().map(MemberResult::index).toList();
        if (numbers.isEmpty() || !known.containsAll(numbers)) {
            throw new DataException(run.folder() + ": the finished members are " + known + ", but " + numbers
                    + " are requested; name one or more of the finished ones");
        }
        return new TrainedModel(run, chosen, task);
    }

    /** Returns the run's files. */
    public RunFiles run() {
        return run;
    }

    /** Returns the contents of {@code run.json}. */
    public RunInfo info() {
        return run.info();
    }

    /** Returns what the model predicts. */
    public Task task() {
        return task;
    }

    /** Returns the names of the classes, or of the labels of a multi-label task, in the order of the logits. */
    public List<String> labelNames() {
        return info().labelNames();
    }

    /** Returns the number of logits per volume. */
    public int classes() {
        return labelNames().size();
    }

    /** Returns how volumes become what the nets take. */
    public Preparation preparation() {
        return info().settings().preparation();
    }

    /** Returns whether volumes are z-normalised. */
    public boolean isZNormalised() {
        return preparation().normalise().applies(info().data().isNormalisedInStudy());
    }

    /** Returns which values of a file become 0 and 255; empty if the data set has a fixed scale. */
    public Optional<Window> window() {
        return Optional.ofNullable(info().data().window());
    }

    /** Returns the shape of the volumes as they were stored for training; empty if the run does not record it. */
    public Optional<VolumeShape> storedShape() {
        return Optional.ofNullable(info().shape()).or(() -> info().data().knownShape());
    }

    /**
     * Returns the last steps from a stored volume of this shape, with values from 0 to 1, to what the nets take in
     * evaluation.
     */
    public NetInput input(VolumeShape stored) {
        int copies = preparation().shape(stored).channels() / stored.channels();
        return new NetInput(preparation().scale(), isZNormalised(), copies);
    }

    /** Returns the members in use, in order. */
    public List<MemberResult> members() {
        return members;
    }

    /** Returns all weight files: members in order, for each the last model, then the best. */
    public List<ModelFile> files() {
        List<ModelFile> files = new ArrayList<>();
        for (int position = 0; position < members.size(); position++) {
            for (ModelKind kind : ModelKind.values()) {
                files.add(file(position, kind));
            }
        }
        return files;
    }

    /** Returns the weight file of the member at that position among those in use. */
    public ModelFile file(int position, ModelKind kind) {
        MemberResult member = members.get(position);
        return new ModelFile(
                position, member, kind, run.weights(member.index(), member.net().name(), kind));
    }

    /**
     * Returns one net with its weights, in evaluation mode.
     *
     * @param stored shape of the volumes before they are prepared
     * @throws DataException if the file is missing or damaged, or belongs to another net, other volumes or another way
     *     to prepare them
     */
    public Layer load(ModelFile file, Device device, VolumeShape stored) {
        Layer net = file.net().build(device, preparation().shape(stored), classes());
        WeightsFile weights = WeightsFile.read(file.file());
        requirePreparation(file.file(), weights);
        weights.loadInto(net, file.file());
        net.eval();
        return net;
    }

    private void requirePreparation(Path file, WeightsFile weights) {
        try {
            Optional<Preparation> recorded = Preparation.ofMetadata(weights.metadata());
            if (recorded.isPresent() && !recorded.get().equals(preparation())) {
                throw new DataFileException(
                        file.toString(),
                        "was trained on volumes prepared in this way: "
                                + recorded.get().words() + "; but the run prepares them in this way: "
                                + preparation().words() + ". The file belongs to another run; put the right one there");
            }
        } catch (IllegalArgumentException e) {
            throw new DataFileException(
                    file.toString(), "does not say clearly how its volumes were prepared: " + e.getMessage(), e);
        }
    }

    /**
     * Loads the nets whose weight in the ensemble is not zero.
     *
     * @param stored shape of the volumes before they are prepared
     * @param weights for the members in use
     * @throws DataException as {@link #load(ModelFile, Device, VolumeShape)}
     */
    public EnsembleNet load(Device device, VolumeShape stored, EnsembleWeights weights) {
        List<EnsembleNet.Part> parts = new ArrayList<>();
        for (ModelFile file : files()) {
            double weight = weights.of(file.position(), file.kind());
            if (weight > 0) {
                parts.add(new EnsembleNet.Part(file, load(file, device, stored), weight));
            }
        }
        return EnsembleNet.of(task, parts);
    }

    /** Returns the model as a message names it: its folder. */
    @Override
    public String toString() {
        return Objects.toString(run.folder());
    }
}
