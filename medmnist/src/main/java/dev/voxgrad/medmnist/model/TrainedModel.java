package dev.voxgrad.medmnist.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.Task;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.Window;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.importing.PrepareSettings;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.RunInfo;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.train.Predictor;
import dev.voxgrad.medmnist.train.settings.TrainSettings;
import dev.voxgrad.nn.Layer;
import dev.voxgrad.nn.weights.WeightsFile;

/**
 * Represents the trained members of a run, from its folder or from a bundle: their weight files, what they predict, and
 * how volumes are prepared for them. Nets are loaded when they are requested.
 *
 * <pre>{@code
 * try (TrainedModel model = TrainedModel.open(Path.of("runs/adrenal"))) {
 *     EnsembleNet ensemble = model.load(device, shape, model.weights());
 *     Tensor logits = ensemble.logits(batch);
 * }
 * }</pre>
 */
public final class TrainedModel implements VolumeModel, AutoCloseable {
    private static final List<ModelKind> BOTH = List.of(ModelKind.values());

    private final RunFiles run;
    private final List<MemberResult> members;
    /** The models of each member that are used. */
    private final List<ModelKind> kinds;

    private final Task task;
    private final EnsembleWeights weights;
    /** Null for the folder of a run. */
    private final @Nullable UnpackedBundle bundle;
    /** The folder or file that was opened. */
    private final Path path;

    private TrainedModel(
            RunFiles run,
            List<MemberResult> members,
            List<ModelKind> kinds,
            EnsembleWeights weights,
            @Nullable UnpackedBundle bundle,
            Path path) {
        this.run = run;
        this.members = List.copyOf(members);
        this.kinds = kinds;
        this.task = task(run);
        this.weights = weights;
        this.bundle = bundle;
        this.path = path;
        for (MemberResult member : members) {
            requireMember(member);
        }
    }

    /**
     * Opens the folder of a run, or a bundle, which is checked and unpacked into a temporary folder until the model is
     * closed.
     *
     * @throws DataFileException if it is neither, has no finished member, or is damaged
     */
    public static TrainedModel open(Path path) {
        if (!Files.isRegularFile(path)) {
            return of(RunFiles.open(path));
        }
        return UnpackedBundle.open(path, bundle -> {
            RunFiles run = RunFiles.open(bundle.folder());
            TrainedModel model =
                    new TrainedModel(run, run.members(), BOTH, bundle.manifest().ensembleWeights(), bundle, path);
            model.requireComplete();
            return model;
        });
    }

    /** Returns the model of an open run, with all finished members; fails as {@link #open}. */
    public static TrainedModel of(RunFiles run) {
        List<MemberResult> members = run.members();
        return new TrainedModel(run, members, BOTH, EnsembleWeights.defaults(members.size()), null, run.folder());
    }

    /**
     * Returns the best models so far of an open run, whose members need not be finished; there are no last ones.
     *
     * @throws DataFileException if no member has finished an epoch, or the run is damaged
     */
    public static TrainedModel bestSoFar(RunFiles run) {
        List<MemberResult> members = run.started();
        if (members.isEmpty()) {
            throw new DataFileException(run.folder().toString(), "has no finished epoch yet; train it first");
        }
        EnsembleWeights weights = EnsembleWeights.groups(0, 1, members.size());
        return new TrainedModel(run, members, List.of(ModelKind.BEST), weights, null, run.folder());
    }

    /** Requires that a bundle contains the two models of each member, and a weight for each. */
    private void requireComplete() {
        if (weights.members().size() != members.size()) {
            throw new DataException(
                    "it has weights for " + weights.members().size() + " members, but " + members.size() + " members");
        }
        for (ModelFile file : files()) {
            if (!Files.exists(file.file())) {
                throw new DataException("the weights of model " + file + " are missing");
            }
        }
    }

    /** Requires that a row of the table of members belongs to this run. */
    private void requireMember(MemberResult member) {
        TrainSettings settings = run.info().settings();
        if (member.index() >= settings.models()) {
            throw new DataFileException(
                    run.file("members.csv").toString(),
                    "has a row for member " + member.index() + ", but the run has members 0 to "
                            + (settings.models() - 1) + "; the files belong to different runs");
        }
        if (!member.net().equals(settings.netOf(member.index()))) {
            throw new DataFileException(
                    run.file("members.csv").toString(),
                    "says that member " + member.index() + " is a "
                            + member.net().name() + ", but in "
                            + RunFiles.RUN_FILE + " it is a "
                            + settings.netOf(member.index()).name() + "; the files belong to different runs");
        }
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
     * Returns the same model with some members only; closing either closes both.
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
            throw new DataException(path + ": the finished members are " + known + ", but " + numbers
                    + " are requested; name one or more of the finished ones");
        }
        return new TrainedModel(run, chosen, kinds, weights.ofMembers(positions(chosen)), bundle, path);
    }

    private List<Integer> positions(List<MemberResult> chosen) {
        return chosen.stream().map(members::indexOf).toList();
    }

    @Override
    public boolean isBundle() {
        return bundle != null;
    }

    /** Returns the weights of the ensemble: those in the bundle, or the study's for a run. */
    public EnsembleWeights weights() {
        return weights;
    }

    /** Returns the run's files. */
    public RunFiles run() {
        return run;
    }

    /** Returns the contents of {@code run.json}. */
    public RunInfo info() {
        return run.info();
    }

    @Override
    public Task task() {
        return task;
    }

    @Override
    public List<String> labelNames() {
        return info().labelNames();
    }

    /** Returns the number of logits per volume. */
    public int classes() {
        return labelNames().size();
    }

    @Override
    public Preparation preparation() {
        return info().settings().preparation();
    }

    @Override
    public boolean isZNormalised() {
        return preparation().normalise().applies(info().data().isNormalisedInStudy());
    }

    @Override
    public Optional<Window> window() {
        return Optional.ofNullable(info().data().window());
    }

    @Override
    public Optional<PrepareSettings> scanSettings() {
        return scanSettings(run.files());
    }

    /** Reads how scans became volumes from the folder of a run or baseline. */
    public static Optional<PrepareSettings> scanSettings(RunFolder files) {
        Path file = files.file(RunFiles.SCANS_FILE);
        return files.exists(file)
                ? Optional.of(RunJson.read(files.read(file), PrepareSettings.class, file.toString()))
                : Optional.empty();
    }

    @Override
    public DataSource dataAsTaken() {
        return info().dataAsTaken();
    }

    @Override
    public void warnIfChanged(VolumeData now, Consumer<String> warnings) {
        info().warnIfChanged(now, warnings);
    }

    @Override
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
            for (ModelKind kind : kinds) {
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

    /**
     * Returns the logits of one net for all volumes of a predictor, (N, classes).
     *
     * @param stored shape of the volumes before they are prepared
     * @param progress receives the number of volumes done, counting draws
     * @throws DataException as {@link #load(ModelFile, Device, VolumeShape)}, or if a logit is not finite
     */
    public double[][] logits(
            ModelFile file, Predictor predictor, Device device, VolumeShape stored, IntConsumer progress) {
        double[][] logits = predictor.logits(load(file, device, stored), progress);
        Predictor.requireFinite(logits, file.file().toString());
        return logits;
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

    /** Removes the temporary folder of a bundle. */
    @Override
    public void close() {
        if (bundle != null) {
            bundle.close();
        }
    }

    /** Returns the model as a message names it: the folder or file that was opened. */
    @Override
    public String toString() {
        return path.toString();
    }
}
