package dev.voxgrad.nn.weights.torch;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.nn.NamedTensor;

/**
 * Describes a tensor as a view of a storage: element (i0, i1, …) is value offset + i0·stride0 + i1·stride1 + …, so that
 * transposed, cut and repeated tensors need no values of their own.
 *
 * @param storage where its values are
 * @param offset the position of its first value
 * @param sizes the sizes of its dimensions
 * @param strides the distance of two neighbours along each dimension
 */
record TensorView(Storage storage, long offset, List<Long> sizes, List<Long> strides) {
    /** PyTorch has no tensors of more dimensions. */
    static final int MOST_DIMENSIONS = 64;
    /** The longest array that every Java virtual machine allows. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    TensorView {
        sizes = List.copyOf(sizes);
        strides = List.copyOf(strides);
    }

    /**
     * Returns a view that stays within its storage.
     *
     * @throws TorchFileException if it does not
     */
    static TensorView of(Storage storage, long offset, List<Long> sizes, List<Long> strides) throws TorchFileException {
        boolean valid = sizes.size() == strides.size()
                && sizes.size() <= MOST_DIMENSIONS
                && offset >= 0
                && sizes.stream().allMatch(size -> size >= 0 && size <= MOST_ELEMENTS)
                && strides.stream().allMatch(stride -> stride >= 0);
        if (!valid || !isWithin(storage, offset, sizes, strides)) {
            throw TorchFileException.damaged("has a tensor of sizes " + sizes + " and strides " + strides
                    + ", whose first value has the number " + offset + ", in a storage of " + storage.count()
                    + " values");
        }
        return new TensorView(storage, offset, sizes, strides);
    }

    private static boolean isWithin(Storage storage, long offset, List<Long> sizes, List<Long> strides) {
        BigInteger elements = BigInteger.ONE;
        BigInteger last = BigInteger.valueOf(offset);
        for (int d = 0; d < sizes.size(); d++) {
            BigInteger size = BigInteger.valueOf(sizes.get(d));
            elements = elements.multiply(size);
            last = last.add(size.subtract(BigInteger.ONE).multiply(BigInteger.valueOf(strides.get(d))));
        }
        return elements.signum() == 0
                || elements.compareTo(BigInteger.valueOf(MOST_ELEMENTS)) <= 0
                        && last.compareTo(BigInteger.valueOf(storage.count())) < 0;
    }

    private Shape shape() {
        return Shape.allowingZero(sizes.stream().mapToInt(Math::toIntExact).toArray());
    }

    /** Returns the bytes of memory that its values take once they are read. */
    long memory() {
        return (long) shape().elements() * (storage.type().isFloat() ? Float.BYTES : Long.BYTES);
    }

    /**
     * Returns the tensor in row-major order.
     *
     * @param values the values of the storage, in their byte order
     */
    NamedTensor read(String name, ByteBuffer values) {
        Shape shape = shape();
        StorageType type = storage.type();
        Places places = new Places(this);
        if (type.isFloat()) {
            float[] floats = new float[shape.elements()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = type.getFloat(values, places.next());
            }
            return new NamedTensor.Floats(name, shape, floats);
        }
        long[] longs = new long[shape.elements()];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = type.getLong(values, places.next());
        }
        return new NamedTensor.Longs(name, shape, longs);
    }

    /** Counts through the elements of a view, the last index fastest. */
    private static final class Places {
        private final long[] sizes;
        private final long[] strides;
        private final long[] index;
        private long place;

        Places(TensorView view) {
            sizes = view.sizes.stream().mapToLong(Long::longValue).toArray();
            strides = view.strides.stream().mapToLong(Long::longValue).toArray();
            index = new long[sizes.length];
            place = view.offset;
        }

        /** Returns the position of the next element in the storage. */
        int next() {
            int now = (int) place;
            for (int d = sizes.length - 1; d >= 0; d--) {
                place += strides[d];
                if (++index[d] < sizes[d]) {
                    break;
                }
                place -= strides[d] * sizes[d];
                index[d] = 0;
            }
            return now;
        }
    }
}
