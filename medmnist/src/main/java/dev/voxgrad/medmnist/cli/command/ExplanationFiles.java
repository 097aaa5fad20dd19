package dev.voxgrad.medmnist.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.Split;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.explain.Attribution;
import dev.voxgrad.medmnist.explain.Explainer;
import dev.voxgrad.medmnist.explain.Heatmap;
import dev.voxgrad.medmnist.explain.Method;
import dev.voxgrad.medmnist.importing.PlacedVolumes;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.nifti.Affine;
import dev.voxgrad.medmnist.nifti.NiftiWriter;
import dev.voxgrad.medmnist.picture.OverlayPicture;

/** Writes explanations as pictures, arrays and scans into a folder. */
final class ExplanationFiles {
    private final Path folder;
    private final Split split;
    private final Method method;
    private final PlacedVolumes placed;

    /**
     * Makes the folder, if there is none.
     *
     * @param placed the volumes that are explained
     * @throws DataFileException if that is impossible
     */
    ExplanationFiles(Path folder, PlacedVolumes placed, Method method) {
        this.folder = folder;
        this.split = placed.volumes().split();
        this.method = method;
        this.placed = placed;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new DataFileException(
                    folder.toString(),
                    "cannot be made as a folder: " + AtomicFile.describe(e) + "; name another one",
                    e);
        }
    }

    /** Writes the files of one explanation, and returns their names. */
    String write(Explainer.Explanation explanation) {
        int volume = explanation.question().volume();
        String name = split.name() + "-" + volume + "-" + method.flag() + "-class-"
                + explanation.question().target();
        SampleReader reader = new SampleReader(split, NetInput.PLAIN, SampleTransform.NONE);
        float[] stored = reader.readPlanar(volume, 0);
        Heatmap map = explanation.attribution().map();
        Dims3 peak = map.peak();
        byte[] picture = OverlayPicture.of(
                        stored, split.shape(), map.values(), new int[] {peak.d(), peak.h(), peak.w()}, method.title())
                .png();
        AtomicFile.write(folder.resolve(name + ".png"), picture);
        AtomicFile.write(folder.resolve(name + ".npz"), npz(stored, explanation));
        return folder.resolve(name) + ".png, .npz and .nii.gz" + writeScans(volume, name, map);
    }

    /** Writes the volume and the map as scans, in the place of the scan that the volume came from if it is known. */
    private String writeScans(int volume, String name, Heatmap map) {
        VolumeShape shape = split.shape();
        Optional<Affine> place = placed.place(volume);
        Affine affine = place.orElse(Affine.IDENTITY);
        String scan = split.name() + "-" + volume + ".nii.gz";
        NiftiWriter.write(
                folder.resolve(scan),
                split.values(volume),
                new int[] {shape.x(), shape.y(), shape.z(), shape.channels()},
                affine);
        NiftiWriter.write(
                folder.resolve(name + ".nii.gz"), map.values(), new int[] {shape.x(), shape.y(), shape.z(), 1}, affine);
        return ", which opens over "
                + placed.scan(volume)
                        .filter(_ -> place.isPresent())
                        .orElseGet(() -> folder.resolve(scan).toString());
    }

    private byte[] npz(float[] stored, Explainer.Explanation explanation) {
        VolumeShape shape = split.shape();
        Attribution attribution = explanation.attribution();
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        arrays.put("volume", NpyArray.ofFloats(stored, shape.channels(), shape.x(), shape.y(), shape.z()));
        arrays.put("map", NpyArray.ofFloats(attribution.map().values(), shape.x(), shape.y(), shape.z()));
        arrays.put("class", NpyArray.ofLongs(new long[] {explanation.question().target()}, 1));
        arrays.put("logit", NpyArray.ofFloats(new float[] {(float) attribution.logit()}, 1));
        arrays.put("blank_logit", NpyArray.ofFloats(new float[] {(float) attribution.blankLogit()}, 1));
        return NpyWriter.npz(arrays, NpyWriter.Packing.DEFLATED);
    }
}
