package dev.voxgrad.nn.weights.torch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.nn.weights.torch.Unpickler.None;
import dev.voxgrad.nn.weights.torch.Unpickler.Tuple;

/**
 * Lists all that a file of PyTorch may name: the classes of storages, the functions that make tensors of them, and
 * ordered dictionaries. Every other name is refused, whatever it is.
 */
final class TorchObjects implements PickleObjects {
    /** The name of the dictionary that {@link TorchWriter} sets as an attribute of the weights. */
    static final String METADATA = "voxgrad";

    /** A function or class that may be called. */
    private enum Function {
        ORDERED_DICT("collections", "OrderedDict"),
        SIZE("torch", "Size"),
        TENSOR("torch._utils", "_rebuild_tensor"),
        TENSOR_2("torch._utils", "_rebuild_tensor_v2"),
        PARAMETER("torch._utils", "_rebuild_parameter");

        private final String module;
        private final String function;

        Function(String module, String function) {
            this.module = module;
            this.function = function;
        }

        private static @Nullable Function named(String module, String name) {
            for (Function function : values()) {
                if (function.module.equals(module) && function.function.equals(name)) {
                    return function;
                }
            }
            return null;
        }
    }

    /** An ordered dictionary, whose attributes a pickle may set. */
    static final class OrderedDict extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;

        private transient Map<?, ?> attributes = Map.of();

        /** Returns the dictionary that is an attribute of that name. */
        Optional<Map<?, ?>> attribute(String name) {
            return Optional.ofNullable(attributes.get(name) instanceof Map<?, ?> map ? map : null);
        }
    }

    /**
     * The number of pairs that may be copied to dictionaries. A pickle may name the same list again and again, so
     * without a limit, a file of a megabyte would take hours. State dicts have some thousand entries.
     */
    private static final int MOST_PAIRS = 1_000_000;

    private final Map<String, Storage> storages = new HashMap<>();
    private long copiedPairs;

    /** Returns the storages that have been named, by their keys. */
    Map<String, Storage> storages() {
        return storages;
    }

    @Override
    public Object global(String module, String name) throws TorchFileException {
        Function function = Function.named(module, name);
        if (function != null) {
            return function;
        }
        StorageType type = module.equals("torch") ? StorageType.ofClass(name) : null;
        if (type != null) {
            return type;
        }
        throw new TorchFileException("names " + module + "." + name + ", which is refused: only weights are read, and "
                + "nothing in a file is run. If you trust the file, open it in Python, and save only the weights: "
                + "torch.save(model.state_dict(), 'weights.pth')");
    }

    @Override
    public Object call(Object called, List<Object> arguments) throws TorchFileException {
        if (called instanceof Function function) {
            return result(function, arguments);
        }
        throw wrong("a call of something that is no function");
    }

    private Object result(Function function, List<Object> arguments) throws TorchFileException {
        return switch (function) {
            case ORDERED_DICT -> orderedDict(arguments);
            case SIZE -> arguments.size() == 1 ? arguments.getFirst() : wrongArguments(function);
            case TENSOR -> arguments.size() == 4 ? tensor(arguments) : wrongArguments(function);
            case TENSOR_2 -> arguments.size() >= 6 ? tensor(arguments) : wrongArguments(function);
            case PARAMETER ->
                !arguments.isEmpty() && arguments.getFirst() instanceof TensorView tensor
                        ? tensor
                        : wrongArguments(function);
        };
    }

    private static Object wrongArguments(Function function) throws TorchFileException {
        throw wrong("a call of " + function.function + " with wrong arguments");
    }

    private static TorchFileException wrong(String what) {
        return TorchFileException.damaged("contains " + what);
    }

    /** Makes a dictionary, empty or, as Python 2 does, of a list of pairs. */
    private OrderedDict orderedDict(List<Object> arguments) throws TorchFileException {
        OrderedDict dictionary = new OrderedDict();
        if (!arguments.isEmpty()) {
            List<?> pairs = elements(arguments.getFirst());
            copiedPairs += pairs.size();
            if (copiedPairs > MOST_PAIRS) {
                throw wrong("ordered dictionaries of more than " + MOST_PAIRS + " pairs");
            }
            for (Object pair : pairs) {
                List<?> entry = elements(pair);
                if (entry.size() != 2 || !(entry.getFirst() instanceof String key)) {
                    throw wrong("an ordered dictionary of something other than pairs");
                }
                dictionary.put(key, entry.getLast());
            }
        }
        return dictionary;
    }

    private static List<?> elements(Object sequence) throws TorchFileException {
        return switch (sequence) {
            case List<?> list -> list;
            case Tuple tuple -> tuple.elements();
            default -> throw wrong("a value where a list belongs");
        };
    }

    /** Makes a tensor of storage, offset, sizes and strides. Whether it has a gradient does not matter here. */
    private static TensorView tensor(List<Object> arguments) throws TorchFileException {
        if (!(arguments.get(0) instanceof Storage storage) || !(arguments.get(1) instanceof Long offset)) {
            throw wrong("a tensor without a storage");
        }
        return TensorView.of(storage, offset, integers(arguments.get(2)), integers(arguments.get(3)));
    }

    private static List<Long> integers(Object sequence) throws TorchFileException {
        List<?> elements = elements(sequence);
        if (elements.size() > TensorView.MOST_DIMENSIONS) {
            throw wrong("a tensor of " + elements.size() + " dimensions");
        }
        if (!elements.stream().allMatch(Long.class::isInstance)) {
            throw wrong("a tensor whose sizes are not integers");
        }
        return elements.stream().map(Long.class::cast).toList();
    }

    /** Sets the attributes of an ordered dictionary, such as the {@code _metadata} of a state dict. */
    @Override
    public void build(Object object, Object state) throws TorchFileException {
        if (!(object instanceof OrderedDict dictionary) || !(state instanceof Map<?, ?> attributes)) {
            throw wrong("attributes of an object that has none");
        }
        dictionary.attributes = attributes;
    }

    /** Returns the storage that ('storage', type, key, location, count) describes, with None at the end before 1.6. */
    @Override
    public Object persistent(Object id) throws TorchFileException {
        if (id instanceof Tuple(List<Object> parts)
                && parts.size() >= 5
                && parts.get(0).equals("storage")
                && parts.get(1) instanceof StorageType type
                && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long count
                && parts.stream().skip(5).allMatch(None.NONE::equals)) {
            Storage storage = Storage.of(type, key, count);
            storages.put(key, storage);
            return storage;
        }
        throw wrong("an object outside of the pickle that is no storage");
    }
}
