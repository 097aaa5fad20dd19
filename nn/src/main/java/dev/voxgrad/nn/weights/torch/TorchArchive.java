package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Opens a file of PyTorch as what it consists of: a pickle, and the values of the storages that the pickle names. */
interface TorchArchive extends AutoCloseable {
    /** The longest pickle that is read: it describes about 25,000 tensors. */
    int MOST_PICKLE_BYTES = 1 << 22;

    /** Executes the pickle, and returns the object that it builds. */
    Object root() throws IOException;

    /** Returns the values of a storage that the pickle named, in the byte order in which they were written. */
    ByteBuffer values(Storage storage) throws IOException;

    @Override
    void close() throws IOException;
}
