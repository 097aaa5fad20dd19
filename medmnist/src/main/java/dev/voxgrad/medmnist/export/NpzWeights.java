package dev.voxgrad.medmnist.export;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.medmnist.data.npz.NpyArray;
import dev.voxgrad.medmnist.data.npz.NpyHeader;
import dev.voxgrad.medmnist.data.npz.NpyStream;
import dev.voxgrad.medmnist.data.npz.NpyWriter;
import dev.voxgrad.medmnist.data.npz.NpzFile;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.nn.NamedTensor;
import dev.voxgrad.nn.weights.WeightsFile;

/** Reads and writes weights as named NumPy arrays: float32, and int64 for counters. */
final class NpzWeights {
    private NpzWeights() {}

    /** Reads all arrays, in the order of the file. Floats become float32, and integers int64. */
    static WeightsFile read(Path file) {
        SequencedMap<String, NamedTensor> tensors = new LinkedHashMap<>();
        try (NpzFile npz = NpzFile.open(file)) {
            requireMemory(file, npz);
            for (String name : npz.names()) {
                tensors.put(name, tensor(file, name, npz.read(name)));
            }
        }
        try {
            return new WeightsFile(tensors);
        } catch (IllegalArgumentException e) {
            throw new DataFileException(file.toString(), "has a name that no tensor can have: " + e.getMessage(), e);
        }
    }

    /** Requires that all values fit into memory, by what the headers say. */
    private static void requireMemory(Path file, NpzFile npz) {
        long needed = 0;
        for (String name : npz.names()) {
            NpyHeader header = npz.read(name, NpyStream::header);
            needed += header.count() * Long.BYTES;
        }
        long most = Runtime.getRuntime().maxMemory();
        if (needed > most) {
            throw new DataFileException(
                    file.toString(),
                    "has arrays that take " + (needed >> 20) + " MB, but Java may use " + (most >> 20)
                            + " MB; give it more with VOXGRAD_OPTS=-Xmx…g");
        }
    }

    private static NamedTensor tensor(Path file, String name, NpyArray array) {
        try {
            Shape shape = Shape.allowingZero(array.shape());
            if (!array.type().kind().isInteger()) {
                return new NamedTensor.Floats(name, shape, array.toFloats());
            }
            long[] longs = new long[array.count()];
            for (int i = 0; i < longs.length; i++) {
                longs[i] = array.getLong(i);
            }
            return new NamedTensor.Longs(name, shape, longs);
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new DataFileException(file + " (" + name + ")", "is no tensor of weights: " + e.getMessage(), e);
        }
    }

    /** Writes an array for each tensor, in their order. */
    static void write(WeightsFile weights, Path file) {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        weights.tensors().forEach((name, tensor) -> {
            int[] shape = tensor.shape().toArray();
            arrays.put(
                    name,
                    switch (tensor) {
                        case NamedTensor.Floats floats -> NpyArray.ofFloats(floats.values(), shape);
                        case NamedTensor.Longs longs -> NpyArray.ofLongs(longs.values(), shape);
                    });
        });
        AtomicFile.write(file, NpyWriter.npz(arrays, NpyWriter.Packing.STORED));
    }
}
