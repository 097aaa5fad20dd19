package dev.voxgrad.medmnist.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import dev.voxgrad.medmnist.nifti.ScanBytes;

/** Makes scans in the NIfTI formats whose fields are right, unusual or impossible, and the files of an import. */
final class ScanInputs {
    private static final int[] CODES = {2, 4, 8, 16, 64, 128, 256, 512, 768, 1024, 1280, 2304, 1, 32, 1536, 1792, 0, 77
    };
    private static final int[] BYTES = {1, 2, 4, 4, 8, 3, 1, 2, 4, 8, 8, 4, 1, 8, 16, 16, 1, 1};
    private static final String TABLE = """
            file,label,patient,split
            a.nii,benign,P1,train
            "b, c.nii.gz","mal""ignant",P2,val
            d.npy,0,P3,test
            """;
    private static final String OFFICIAL = "TRAIN,train0_1.gif,1\nVALIDATION,val0_0.gif,0\nTEST,test0_1.gif,1\n";

    private ScanInputs() {}

    /** Makes a scan in one file, packed or not. */
    static byte[] any(Chance chance) {
        int type = chance.in(4) ? chance.below(CODES.length) : chance.below(12);
        long[] shape = shape(chance);
        ScanBytes scan = new ScanBytes(
                        1 + chance.below(2), chance.in(2) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
                .shape(shape)
                .type(CODES[type], 8 * BYTES[type])
                .scaling(value(chance), value(chance))
                .spacing(chance.one(1, -1, 0), size(chance), size(chance), size(chance))
                .codes(chance.below(3) - chance.below(2), chance.below(3))
                .qform(part(chance), part(chance), part(chance), value(chance), value(chance), value(chance))
                .sform(rows(chance))
                .voxels(voxels(shape, BYTES[type], chance));
        if (chance.in(10)) {
            scan.extension(chance.bytes(16 * chance.below(20)));
        }
        if (chance.in(40)) {
            scan.dimension(chance.below(8), chance.number());
        }
        byte[] file = Damage.bytes(scan.bytes(), chance);
        return chance.in(3) ? Damage.bytes(ScanBytes.gzip(file), chance) : file;
    }

    private static long[] shape(Chance chance) {
        long[] shape = new long[chance.in(8) ? 1 + chance.below(7) : 3 + chance.below(2)];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = chance.in(60) ? chance.number() : 1 + chance.below(i < 3 ? 8 : 3);
        }
        return shape;
    }

    private static byte[] voxels(long[] shape, int bytes, Chance chance) {
        long count = bytes;
        for (long length : shape) {
            count = Math.min(10_000, count * Math.clamp(length, 1, 100));
        }
        return chance.in(6) ? new byte[(int) count] : chance.bytes((int) count);
    }

    private static double value(Chance chance) {
        return chance.in(5)
                ? chance.one(0.0, Double.NaN, Double.NEGATIVE_INFINITY, 1e300, -1e-300, 1e38)
                : chance.one(1.0, 0.0, 2.0, -0.5);
    }

    private static double size(Chance chance) {
        return chance.in(12) ? value(chance) : 0.5 + chance.below(8) / 4.0;
    }

    private static double part(Chance chance) {
        return chance.in(30) ? value(chance) : (chance.below(21) - 10) / 20.0;
    }

    private static double[] rows(Chance chance) {
        double[] rows = new double[12];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = chance.in(60) ? value(chance) : i % 5 == 0 ? size(chance) : chance.in(4) ? part(chance) : 0;
        }
        return rows;
    }

    /** Makes a pair's header; {@code Readers} adds the voxels. */
    static byte[] header(Chance chance) {
        byte[] header = ScanBytes.little().pair().shape(shape(chance)).bytes();
        ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putFloat(108, chance.in(20) ? chance.number() : 0);
        return Damage.bytes(header, chance);
    }

    static byte[] table(Chance chance) {
        return Damage.text(chance.in(4) ? OFFICIAL : TABLE, chance);
    }

    static byte[] description(Chance chance) {
        return Damage.text("""
                {"version": 1, "settings": {"size": [28, 28, 28], "window": "-1000,400", "spacing": null, "nanAs": 0.5,
                "type": "UINT8", "channels": 1}, "split": "column", "seed": 1, "labels": ["a", "b"], "train": [{"file":
                "a.nii", "patient": "P1", "label": [1], "shape": [3, 4, 5], "spacing": [1.0, 1.0, 2.5], "orientation":
                "RAS", "affine": [1.0, 0.0, 0.0, 5.0], "newSpacing": 1.5, "crop": [[0.0, 1.5], [2.0, 4.0], [0.0, 1.0]],
                "windows": [[-1000.0, 400.0]]}], "val": [], "test": []}
                """, chance);
    }
}
