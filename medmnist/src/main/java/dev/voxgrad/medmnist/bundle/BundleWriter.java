package dev.voxgrad.medmnist.bundle;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import dev.voxgrad.medmnist.baseline.BaselineFiles;
import dev.voxgrad.medmnist.baseline.BaselineInfo;
import dev.voxgrad.medmnist.baseline.TrainedBaseline;
import dev.voxgrad.medmnist.baseline.selection.ChosenModel;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.model.BundleManifest;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.model.ModelFile;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;
import dev.voxgrad.medmnist.run.json.RunJson;
import dev.voxgrad.medmnist.run.member.MemberResult;

/**
 * Writes a trained model as a ZIP file:
 *
 * <pre>
 * MODEL_CARD.md                     what it is, how good it is, and what it is not for: {@link ModelCard}
 * README.md                         how it is used
 * bundle.json                       the weights of the ensemble, and a checksum of each file: {@link BundleManifest}
 * run.json                          settings and label names, without the folders of this machine
 * scans.json                        how scans become volumes, if the volumes were imported
 * members.csv                       one row per member
 * weights/member-00-net1-best.safetensors, …-last.safetensors
 * </pre>
 *
 * <p>A bundle of a baseline has {@code baseline.json} and {@code models/0007.npz} instead of the last four.
 *
 * <p>The same model and the same texts give the same bytes on every machine: files are stored without compression, in
 * this order, with one fixed date.
 */
public final class BundleWriter {
    /** The earliest date that a ZIP file can hold. */
    private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final List<Part> parts = new ArrayList<>();

    /** Opens the content of a file as often as it is read. */
    @FunctionalInterface
    private interface Source {
        InputStream open() throws IOException;
    }

    /** Represents one file of the bundle. */
    private record Part(String name, long bytes, long crc, String sha256, Source source) {
        static Part of(String name, Source source) {
            CRC32 crc = new CRC32();
            MessageDigest digest = Sha256.digest();
            long bytes = 0;
            try (InputStream in = source.open()) {
                byte[] buffer = new byte[1 << 16];
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    crc.update(buffer, 0, count);
                    digest.update(buffer, 0, count);
                    bytes += count;
                }
            } catch (IOException e) {
                throw new DataFileException(name, "cannot be read: " + AtomicFile.describe(e), e);
            }
            return new Part(name, bytes, crc.getValue(), Sha256.hex(digest), source);
        }

        BundleManifest.Entry entry() {
            return new BundleManifest.Entry(name, bytes, sha256);
        }
    }

    private BundleWriter() {}

    /**
     * Writes a bundle, completely or not at all.
     *
     * @param weights of the ensemble, as the bundle records them
     * @param ensemble how the weights were chosen, in words
     * @param card the text of {@code MODEL_CARD.md}
     * @param readme the text of {@code README.md}
     * @throws DataFileException if a file cannot be read or written
     */
    public static void write(
            TrainedModel model, EnsembleWeights weights, String ensemble, String card, String readme, Path out) {
        BundleWriter writer = new BundleWriter();
        writer.addText("MODEL_CARD.md", card);
        writer.addText("README.md", readme);
        writer.addText(RunFiles.RUN_FILE, RunJson.write(model.info().portable()));
        model.scanSettings().ifPresent(scans -> writer.addText(RunFiles.SCANS_FILE, RunJson.write(scans)));
        writer.addText("members.csv", members(model));
        for (ModelFile file : model.files()) {
            writer.add("weights/" + file.file().getFileName(), () -> Files.newInputStream(file.file()));
        }
        writer.finish(
                model.info().voxgrad(),
                ensemble,
                model.files().stream()
                        .map(file -> weights.of(file.position(), file.kind()))
                        .toList(),
                out);
    }

    /**
     * Writes a bundle of a baseline; otherwise as {@link #write(TrainedModel, EnsembleWeights, String, String, String,
     * Path)}.
     */
    public static void write(TrainedBaseline model, String card, Path out) {
        BaselineInfo info = model.info();
        BundleWriter writer = new BundleWriter();
        writer.addText("MODEL_CARD.md", card);
        writer.addText("README.md", BundleReadme.text(info));
        writer.addText(BaselineFiles.FILE, RunJson.write(info.portable()));
        model.scanSettings().ifPresent(scans -> writer.addText(RunFiles.SCANS_FILE, RunJson.write(scans)));
        for (ChosenModel chosen : info.chosen()) {
            String name = BaselineFiles.modelName(chosen.candidate());
            Path file = model.files().files().file(name);
            writer.add(name, () -> Files.newInputStream(file));
        }
        writer.finish(
                info.voxgrad(),
                "chosen by out-of-fold predictions",
                info.chosen().stream().map(ChosenModel::weight).toList(),
                out);
    }

    /** Adds the manifest, and writes the file. */
    private void finish(String voxgrad, String ensemble, List<Double> weights, Path out) {
        BundleManifest manifest = new BundleManifest(
                BundleManifest.FORMAT,
                voxgrad,
                ensemble,
                weights,
                parts.stream().map(Part::entry).toList());
        addText(BundleManifest.NAME, RunJson.write(manifest));
        AtomicFile.write(out, this::writeTo);
    }

    private void addText(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        add(name, () -> new ByteArrayInputStream(bytes));
    }

    private void add(String name, Source source) {
        parts.add(Part.of(name, source));
    }

    /** Returns the table of members with the rows of those in use. */
    private static String members(TrainedModel model) {
        List<String> lines = model.run().files().lines(model.run().file("members.csv"));
        StringBuilder text = new StringBuilder(lines.getFirst()).append('\n');
        for (MemberResult member : model.members()) {
            lines.stream()
                    .skip(1)
                    .filter(line -> !line.isBlank())
                    .filter(line -> MemberResult.parse(lines.getFirst(), line).index() == member.index())
                    .forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    /** Writes all files to a stream, which stays open. */
    private void writeTo(OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
        for (Part part : parts) {
            ZipEntry entry = new ZipEntry(part.name());
            entry.setTimeLocal(DATE);
            entry.setSize(part.bytes());
            entry.setCrc(part.crc());
            zip.putNextEntry(entry);
            try (InputStream in = part.source().open()) {
                in.transferTo(zip);
            }
            zip.closeEntry();
        }
        zip.finish();
    }
}
