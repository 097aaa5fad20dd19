package dev.voxgrad.engine;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.Storage;

/**
 * Counts the tensors that share one storage. When the last of them is released, or the scope it belongs to closes, the
 * storage returns to its device's pool.
 *
 * <p>{@link Scope} says why there is a count.
 */
final class Memory {
    private final Device device;
    /** Null once it was returned to the device. */
    private @Nullable Storage storage;

    private int holders;
    /** The scope that will free this; null for memory that lives until the garbage collector finds it. */
    private @Nullable Scope scope;

    Memory(Device device, Storage storage) {
        this.device = device;
        this.storage = storage;
        moveTo(Scope.current(), storage);
    }

    private void moveTo(@Nullable Scope owner, Storage held) {
        scope = owner;
        if (owner != null) {
            owner.register(this);
        } else {
            device.leaveToCollector(this, held);
        }
    }

    @Nullable
    Storage storage() {
        return storage;
    }

    /** Returns the number of tensors that hold this. */
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
     * Keeps this after {@code ending} is closed, in the scope around it. Memory of another thread's scope is left to
     * the garbage collector.
     */
    void outlive(Scope ending) {
        if (scope == null || storage == null) {
            return;
        }
        if (scope.isWithin(ending)) {
            moveTo(ending.outer(), storage);
        } else if (!ending.isWithin(scope)) {
            moveTo(null, storage);
        }
    }

    /** Frees this if {@code closing}, which ends, owns it. */
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
