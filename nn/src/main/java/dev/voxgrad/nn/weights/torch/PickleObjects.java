package dev.voxgrad.nn.weights.torch;

import java.util.List;

/**
 * Defines what a pickle may do in addition to building numbers, text, lists and dictionaries. Each method returns an
 * object of its own choice, or refuses.
 */
interface PickleObjects {
    /** Returns what stands for a Python class or function. */
    Object global(String module, String name) throws TorchFileException;

    /** Returns the result of calling what {@link #global} returned. */
    Object call(Object function, List<Object> arguments) throws TorchFileException;

    /** Sets the attributes of an object. */
    void build(Object object, Object state) throws TorchFileException;

    /** Returns an object that is outside of the pickle, such as a storage. */
    Object persistent(Object id) throws TorchFileException;
}
