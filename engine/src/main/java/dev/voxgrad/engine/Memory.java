package dev.voxgrad.engine;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Storage;

/**
 * A storage and the number of tensors that hold it. When the last holder lets go, or the scope it belongs to closes,
 * the storage returns to its device's pool.
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
        moveTo(Scope.current());
    }

    private void moveTo(Scope owner) {
        scope = owner;
        if (owner != null) {
            owner.register(this);
        } else {
            device.leaveToCollector(this, storage);
        }
    }

    Storage storage() {
        return storage;
    }

    /** Returns how many tensors hold this. */
    int holders() {
        return holders;
    }

    /** Returns whether a scope will free this. */
    boolean hasScope() {
        return scope != null;
    }

    void retain() {
        holders++;
    }

    void release() {
        if (--holders == 0 && scope != null) {
            free();
        }
    }

    /**
     * Lets this live on after {@code ending} is closed, in the scope around it. Memory of a scope of another thread is
     * left to the garbage collector.
     */
    void outlive(Scope ending) {
        if (scope == null) {
            return;
        }
        if (scope.isWithin(ending)) {
            moveTo(ending.outer());
        } else if (!ending.isWithin(scope)) {
            moveTo(null);
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
