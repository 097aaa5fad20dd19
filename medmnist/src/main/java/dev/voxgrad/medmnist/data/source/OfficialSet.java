package dev.voxgrad.medmnist.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * One of MedMNIST's official sets.
 *
 * @param flag name of the set, such as {@code adrenalmnist3d}
 * @param root folder of the official files
 * @param size edge length of the volumes, 28 or 64
 * @param skipsBlank whether blank volumes are left out of training
 */
public record OfficialSet(String flag, String root, int size, boolean skipsBlank) implements DataSource {
    /** Refuses what an edited or damaged run.json may contain. */
    public OfficialSet {
        SourceJson.requirePath("root", root);
        BadValueException.requirePresent("flag", flag);
        BadValueException.requireUnderstood("flag", flag, DatasetInfo::byFlag);
        DatasetInfo info = DatasetInfo.byFlag(flag);
        BadValueException.requireUnderstood("size", String.valueOf(size), edge -> info.source(Integer.parseInt(edge)));
    }

    @Override
    public OfficialSet withRoot(Path folder) {
        return new OfficialSet(flag, SourceJson.absolute(folder), size, skipsBlank);
    }

    @Override
    public OfficialSet withoutFolder() {
        return new OfficialSet(flag, "", size, skipsBlank);
    }

    /** Returns the same set that leaves blank volumes out of training, or refuses them. */
    public OfficialSet withSkipBlank(boolean skip) {
        return new OfficialSet(flag, root, size, skip);
    }

    @Override
    public VolumeData load(Preparation preparation, Loading loading) {
        return VolumeLoader.load(DatasetInfo.byFlag(flag), Path.of(root), size, skipsBlank, preparation, loading);
    }

    @Override
    public boolean isMasks() {
        return DatasetInfo.byFlag(flag).isMasks();
    }

    @Override
    public boolean isNormalisedInStudy() {
        return DatasetInfo.byFlag(flag).zNormalized();
    }

    @Override
    public Optional<VolumeShape> knownShape() {
        return Optional.of(new VolumeShape(DatasetInfo.byFlag(flag).channels(), size));
    }

    @Override
    public SourceJson json() {
        return new SourceJson(
                SourceJson.Kind.OFFICIAL,
                flag,
                root,
                size,
                null,
                List.of(),
                null,
                null,
                SourceJson.trueOrNull(skipsBlank),
                null);
    }
}
