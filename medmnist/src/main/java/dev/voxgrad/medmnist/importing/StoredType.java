package dev.voxgrad.medmnist.importing;

import java.nio.ByteOrder;

import dev.voxgrad.medmnist.data.npz.NpyType;

/** Lists the types of a set's voxels. */
public enum StoredType {
    UINT8(NpyType.Kind.U1),
    INT16(NpyType.Kind.I2),
    FLOAT32(NpyType.Kind.F4);

    private final NpyType.Kind kind;

    StoredType(NpyType.Kind kind) {
        this.kind = kind;
    }

    /** Returns the bytes of one value. */
    public int bytes() {
        return kind.bytes();
    }

    /** Returns the type as NumPy's files name it, little-endian. */
    NpyType npyType() {
        return new NpyType(kind, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the wider one of two types. */
    StoredType or(StoredType other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
