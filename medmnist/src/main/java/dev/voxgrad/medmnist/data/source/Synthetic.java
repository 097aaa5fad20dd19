package dev.voxgrad.medmnist.data.source;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.data.Loading;
import dev.voxgrad.medmnist.data.Preparation;
import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.BadValueException;

/**
 * Volumes made by code.
 *
 * @param settings how to make them
 */
public record Synthetic(SyntheticShapes.Settings settings) implements DataSource {
    /** Refuses what an edited or damaged run.json may contain. */
    public Synthetic {
        BadValueException.requirePresent("synthetic", settings);
    }

    @Override
    public VolumeData load(Preparation preparation, Loading loading) {
        return SyntheticShapes.make(settings).prepared(preparation);
    }

    @Override
    public Optional<VolumeShape> knownShape() {
        return Optional.of(new VolumeShape(1, settings.edge()));
    }

    @Override
    public SourceJson json() {
        return new SourceJson(SourceJson.Kind.SYNTHETIC, null, null, 0, null, List.of(), settings, null, null, null);
    }
}
