package dev.voxgrad.nn.weights.torch;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Executes a pickle, which is a program for a stack machine, as far as it builds data: {@link Long}, {@link
 * BigInteger}, {@link Double}, {@link Boolean}, {@link String}, {@link None}, lists, tuples, and dictionaries whose
 * keys are text or numbers. Whatever else it names or calls is left to a {@link PickleObjects}; every other instruction
 * is refused.
 *
 * <p>Each instruction takes constant time or time in proportion to its bytes, and there are no jumps. So a pickle ends,
 * and its memory is in proportion to its size.
 *
 * <p>Source: Python's {@code pickletools}, protocols 2 to 5.
 */
final class Unpickler {
    /** What stands for Python's {@code None}. */
    enum None {
        NONE
    }

    /** What stands for a tuple of Python; a list is a {@link List}. */
    record Tuple(List<Object> elements) {
        Tuple {
            elements = List.copyOf(elements);
        }
    }

    private final ByteBuffer in;
    private final PickleObjects objects;
    private final List<Object> stack = new ArrayList<>();
    /** The heights of the stack at which groups of elements start. */
    private final List<Integer> marks = new ArrayList<>();

    private final Map<Long, Object> memo = new HashMap<>();

    private Unpickler(ByteBuffer in, PickleObjects objects) {
        this.in = in;
        this.objects = objects;
    }

    /**
     * Executes the pickle at the buffer's position, and leaves the position behind it.
     *
     * @throws TorchFileException if it ends too early, does more than {@code objects} allow, or contradicts itself
     */
    static Object read(ByteBuffer in, PickleObjects objects) throws TorchFileException {
        return new Unpickler(in.order(ByteOrder.LITTLE_ENDIAN), objects).run();
    }

    private Object run() throws TorchFileException {
        try {
            for (int code = in.get() & 0xFF; code != PickleCode.STOP; code = in.get() & 0xFF) {
                if (!number(code) && !text(code) && !container(code) && !memory(code) && !object(code)) {
                    throw new TorchFileException(
                            "contains the pickle instruction 0x%02x, which tensors do not need; it is refused"
                                    .formatted(code));
                }
            }
            return pop();
        } catch (BufferUnderflowException e) {
            throw TorchFileException.damaged("contains a pickle that ends too early");
        }
    }

    /** Executes instructions that push a number, a truth value or nothing. */
    private boolean number(int code) throws TorchFileException {
        switch (code) {
            case PickleCode.NONE -> push(None.NONE);
            case PickleCode.TRUE -> push(Boolean.TRUE);
            case PickleCode.FALSE -> push(Boolean.FALSE);
            case PickleCode.INT32 -> push((long) in.getInt());
            case PickleCode.UINT8 -> push((long) in.get() & 0xFF);
            case PickleCode.UINT16 -> push((long) in.getShort() & 0xFFFF);
            case PickleCode.FLOAT64 -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case PickleCode.LONG_OF_255_BYTES -> push(integer(bytes(in.get() & 0xFF)));
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Returns a little-endian integer: a Long if it fits. */
    private static Object integer(byte[] littleEndian) {
        byte[] reversed = new byte[littleEndian.length + 1]; // one byte more, as no bytes mean 0
        for (int i = 0; i < littleEndian.length; i++) {
            reversed[littleEndian.length - i] = littleEndian[i];
        }
        reversed[0] = (byte) (littleEndian.length > 0 && reversed[1] < 0 ? -1 : 0);
        BigInteger value = new BigInteger(reversed);
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }

    /** Executes instructions that push text; that of Python 2, and bytes, have one byte per character. */
    private boolean text(int code) throws TorchFileException {
        switch (code) {
            case PickleCode.TEXT -> push(text(in.getInt(), StandardCharsets.UTF_8));
            case PickleCode.TEXT_OF_255_BYTES -> push(text(in.get() & 0xFF, StandardCharsets.UTF_8));
            case PickleCode.TEXT_64 -> push(text(in.getLong(), StandardCharsets.UTF_8));
            case PickleCode.STRING, PickleCode.BYTES -> push(text(in.getInt(), StandardCharsets.ISO_8859_1));
            case PickleCode.STRING_OF_255_BYTES, PickleCode.BYTES_OF_255 ->
                push(text(in.get() & 0xFF, StandardCharsets.ISO_8859_1));
            default -> {
                return false;
            }
        }
        return true;
    }

    private String text(long length, Charset charset) throws TorchFileException {
        return new String(bytes(length), charset);
    }

    private byte[] bytes(long length) throws TorchFileException {
        if (length < 0 || length > in.remaining()) {
            throw TorchFileException.damaged(
                    "contains a pickle with " + length + " bytes of text where only " + in.remaining() + " follow");
        }
        byte[] bytes = new byte[(int) length];
        in.get(bytes);
        return bytes;
    }

    /** Executes instructions that make and fill lists, tuples and dictionaries. */
    private boolean container(int code) throws TorchFileException {
        switch (code) {
            case PickleCode.EMPTY_LIST -> push(new ArrayList<>(0));
            case PickleCode.EMPTY_DICT -> push(new LinkedHashMap<>());
            case PickleCode.EMPTY_TUPLE -> push(new Tuple(List.of()));
            case PickleCode.TUPLE -> push(new Tuple(popToMark()));
            case PickleCode.TUPLE_1, PickleCode.TUPLE_2, PickleCode.TUPLE_3 ->
                push(new Tuple(popLast(code - PickleCode.TUPLE_1 + 1)));
            case PickleCode.DICT -> {
                Map<Object, Object> dictionary = new LinkedHashMap<>();
                setItems(dictionary, popToMark());
                push(dictionary);
            }
            case PickleCode.APPEND -> {
                Object element = pop();
                list().add(element);
            }
            case PickleCode.APPENDS -> {
                List<Object> elements = popToMark();
                list().addAll(elements);
            }
            case PickleCode.SET_ITEM -> {
                List<Object> pair = popLast(2);
                setItems(dictionary(), pair);
            }
            case PickleCode.SET_ITEMS -> {
                List<Object> pairs = popToMark();
                setItems(dictionary(), pairs);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("unchecked") // every list here is made by this class, and may contain any object
    private List<Object> list() throws TorchFileException {
        if (top() instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw contradiction();
    }

    @SuppressWarnings("unchecked") // every dictionary here may contain any object
    private Map<Object, Object> dictionary() throws TorchFileException {
        if (top() instanceof Map<?, ?> map) {
            return (Map<Object, Object>) map;
        }
        throw contradiction();
    }

    private static void setItems(Map<Object, Object> dictionary, List<Object> pairs) throws TorchFileException {
        if (pairs.size() % 2 != 0) {
            throw contradiction();
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            Object key = pairs.get(i);
            if (!(key instanceof String || key instanceof Number || key instanceof Boolean || key instanceof None)) {
                throw new TorchFileException("contains a dictionary with a key that is neither text nor a number; "
                        + "save the state_dict() alone");
            }
            dictionary.put(key, pairs.get(i + 1));
        }
    }

    /** Executes instructions that manage the stack and the memo. */
    private boolean memory(int code) throws TorchFileException {
        switch (code) {
            case PickleCode.PROTOCOL -> in.get();
            case PickleCode.FRAME -> in.getLong();
            case PickleCode.MARK -> marks.add(stack.size());
            case PickleCode.POP -> pop();
            case PickleCode.POP_MARK -> popToMark();
            case PickleCode.DUP -> push(top());
            case PickleCode.GET -> push(remembered(in.get() & 0xFF));
            case PickleCode.GET_32 -> push(remembered(in.getInt() & 0xFFFFFFFFL));
            case PickleCode.PUT -> memo.put((long) in.get() & 0xFF, top());
            case PickleCode.PUT_32 -> memo.put(in.getInt() & 0xFFFFFFFFL, top());
            case PickleCode.MEMOIZE -> memo.put((long) memo.size(), top());
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object remembered(long number) throws TorchFileException {
        Object object = memo.get(number);
        if (object == null) {
            throw contradiction();
        }
        return object;
    }

    /** Executes instructions that name a class or function, call it, or set attributes. */
    private boolean object(int code) throws TorchFileException {
        switch (code) {
            case PickleCode.GLOBAL -> push(global(line(), line()));
            case PickleCode.INSTANCE -> {
                Object named = global(line(), line());
                push(objects.call(named, popToMark()));
            }
            case PickleCode.STACK_GLOBAL -> {
                List<Object> names = popLast(2);
                push(global(names.get(0), names.get(1)));
            }
            case PickleCode.REDUCE -> {
                List<Object> call = popLast(2);
                if (!(call.get(1) instanceof Tuple arguments)) {
                    throw contradiction();
                }
                push(objects.call(call.get(0), arguments.elements()));
            }
            case PickleCode.BUILD -> {
                Object state = pop();
                objects.build(top(), state);
            }
            case PickleCode.PERSISTENT_ID -> push(objects.persistent(pop()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object global(Object module, Object name) throws TorchFileException {
        if (module instanceof String first && name instanceof String second) {
            return objects.global(first, second);
        }
        throw contradiction();
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {}
        byte[] bytes = new byte[in.position() - 1 - start];
        in.get(start, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private void push(Object object) {
        stack.add(object);
    }

    private Object top() throws TorchFileException {
        if (stack.size() <= floor()) {
            throw contradiction();
        }
        return stack.getLast();
    }

    private Object pop() throws TorchFileException {
        top();
        return stack.removeLast();
    }

    /** Returns the height below which nothing may be taken from the stack. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private List<Object> popLast(int count) throws TorchFileException {
        if (stack.size() - floor() < count) {
            throw contradiction();
        }
        return popFrom(stack.size() - count);
    }

    private List<Object> popToMark() throws TorchFileException {
        if (marks.isEmpty()) {
            throw contradiction();
        }
        return popFrom(marks.removeLast());
    }

    private List<Object> popFrom(int height) {
        List<Object> last = stack.subList(height, stack.size());
        List<Object> copy = new ArrayList<>(last);
        last.clear();
        return copy;
    }

    private static TorchFileException contradiction() {
        return TorchFileException.damaged("contains a pickle that contradicts itself");
    }
}
