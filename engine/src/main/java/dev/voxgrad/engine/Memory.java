package dev.voxgrad.engine;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Storage;

/**
 * A storage and the number of tensors that hold it. When the last holder lets go, or the scope it was made in
 * closes, the storage returns to its device's pool.
 */
final class Memory {
    private final Device device;
    private Storage storage;
    private int holders;
    /** The scope that will free this; null for memory that lives until the garbage collector finds it. */
    private Scope scope;

    Memory(Device device, Storage storage) {
        this.device = device;
        this.storage = storage;
        this.scope = Scope.current();
        if (scope != null) {
            scope.register(this);
        } else {
            device.leaveToCollector(this, storage);
        }
    }

    Storage storage() {
        return storage;
    }

    void retain() {
        holders++;
    }

    void release() {
        if (--holders == 0 && scope != null) {
            free();
        }
    }

    /** Takes this memory out of its scope: it outlives the scope and is left to the garbage collector. */
    void keep() {
        if (scope != null) {
            scope = null;
            device.leaveToCollector(this, storage);
        }
    }

    /** Called when {@code closing} ends. */
    void scopeClosed(Scope closing) {
        if (scope == closing) {
            free();
        }
    }

    private void free() {
        if (storage != null) {
            device.free(storage);
            storage = null;
        }
    }
}
