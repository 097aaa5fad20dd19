package dev.voxgrad.nn.weights.torch;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;

import dev.voxgrad.nn.NamedTensor;

/** Writes the pickle of a state dict, in protocol 2. Storages have the numbers of their tensors as keys. */
final class Pickler {
    private static final int PROTOCOL = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Pickler() {}

    /** Returns the pickle of an ordered dictionary of tensors, which has the metadata as an attribute. */
    static byte[] stateDict(Collection<NamedTensor> tensors, Map<String, String> metadata) {
        Pickler pickler = new Pickler();
        pickler.code(PickleCode.PROTOCOL).code(PROTOCOL).orderedDict().code(PickleCode.MARK);
        int key = 0;
        for (NamedTensor tensor : tensors) {
            pickler.text(tensor.name()).tensor(String.valueOf(key++), tensor);
        }
        pickler.code(PickleCode.SET_ITEMS);
        if (!metadata.isEmpty()) {
            pickler.code(PickleCode.EMPTY_DICT).text(TorchObjects.METADATA);
            pickler.code(PickleCode.EMPTY_DICT).code(PickleCode.MARK);
            metadata.forEach((name, value) -> pickler.text(name).text(value));
            pickler.code(PickleCode.SET_ITEMS).code(PickleCode.SET_ITEM).code(PickleCode.BUILD);
        }
        return pickler.code(PickleCode.STOP).out.toByteArray();
    }

    /** Returns the format in which the values of a tensor are written. */
    static StorageType type(NamedTensor tensor) {
        return tensor instanceof NamedTensor.Floats ? StorageType.FLOAT : StorageType.LONG;
    }

    private Pickler code(int code) {
        out.write(code);
        return this;
    }

    private Pickler orderedDict() {
        return global("collections", "OrderedDict").code(PickleCode.EMPTY_TUPLE).code(PickleCode.REDUCE);
    }

    private Pickler global(String module, String name) {
        code(PickleCode.GLOBAL);
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    private Pickler text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        code(PickleCode.TEXT).int32(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    private Pickler integer(int value) {
        return code(PickleCode.INT32).int32(value);
    }

    private Pickler int32(int value) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    /** Writes the call that makes a tensor: storage, offset, sizes, strides, whether it has a gradient, and hooks. */
    private void tensor(String key, NamedTensor tensor) {
        global("torch._utils", "_rebuild_tensor_v2").code(PickleCode.MARK);
        storage(key, tensor);
        integer(0);
        sizes(tensor.shape().toArray());
        sizes(strides(tensor.shape().toArray()));
        code(PickleCode.FALSE);
        orderedDict();
        code(PickleCode.TUPLE).code(PickleCode.REDUCE);
    }

    private void storage(String key, NamedTensor tensor) {
        code(PickleCode.MARK)
                .text("storage")
                .global("torch", type(tensor).className)
                .text(key)
                .text("cpu")
                .integer(tensor.shape().elements())
                .code(PickleCode.TUPLE)
                .code(PickleCode.PERSISTENT_ID);
    }

    private void sizes(int... sizes) {
        code(PickleCode.MARK);
        for (int size : sizes) {
            integer(size);
        }
        code(PickleCode.TUPLE);
    }

    /** Returns the strides of a row-major tensor; PyTorch counts empty dimensions as 1. */
    private static int[] strides(int... sizes) {
        int[] strides = new int[sizes.length];
        int step = 1;
        for (int d = sizes.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= Math.max(sizes[d], 1);
        }
        return strides;
    }
}
