package dev.voxgrad.nn.weights.torch;

/**
 * Describes a one-dimensional array of values in a file; tensors are views of it, and several may share one.
 *
 * @param type the format of the values
 * @param key its name in the file
 * @param count the number of values
 */
record Storage(StorageType type, String key, long count) {
    /** Returns the number of bytes that the values take in the file. */
    long bytes() {
        return count * type.bytes;
    }

    /**
     * Returns a storage whose size in bytes fits an array.
     *
     * @throws TorchFileException if it does not
     */
    static Storage of(StorageType type, String key, long count) throws TorchFileException {
        if (count < 0 || count > (Integer.MAX_VALUE - 8) / type.bytes) {
            throw new TorchFileException("has a storage of " + count + " values of " + type.dtype
                    + "; at most 2 GiB can be read. If it is not damaged, save the weights in float32 or float16");
        }
        return new Storage(type, key, count);
    }
}
