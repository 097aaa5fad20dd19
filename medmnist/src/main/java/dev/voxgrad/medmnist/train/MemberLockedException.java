package dev.voxgrad.medmnist.train;

import java.io.Serial;

import dev.voxgrad.medmnist.data.DataFileException;

/** Another process trains this member; nothing was begun. */
public final class MemberLockedException extends DataFileException {
    @Serial
    private static final long serialVersionUID = 1;

    MemberLockedException(String lock, String message) {
        super(lock, message);
    }
}
