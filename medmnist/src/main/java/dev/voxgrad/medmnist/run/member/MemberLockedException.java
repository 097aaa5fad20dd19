package dev.voxgrad.medmnist.run.member;

import java.io.Serial;

import dev.voxgrad.medmnist.io.DataFileException;

/** Reports that another process trains a member; nothing was started. */
public final class MemberLockedException extends DataFileException {
    @Serial
    private static final long serialVersionUID = 1;

    MemberLockedException(String lock, String message) {
        super(lock, message);
    }
}
