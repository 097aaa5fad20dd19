package dev.voxgrad.medmnist.run.member;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.json.RunJson;

/**
 * Reads and writes the files of one member in {@code RUN/members}:
 *
 * <pre>
 * member-00.checkpoint            the newest checkpoint; {@code .previous} is the one before
 * member-00.json                  its state as text, for tables and other processes
 * member-00.lock                  locked during training
 * </pre>
 *
 * <p>A new checkpoint is written under another name, synced, read back and compared with its checksum. Only then does
 * the newest become the previous one, and the new one the newest, so there is an intact one at every moment. A damaged
 * checkpoint is renamed to {@code .damaged}. A file has a temporary name until it is complete; if the process is
 * killed, the file stays, and the next process that trains the member removes it.
 */
public final class MemberFiles {
    private final RunFolder run;
    private final int member;
    private final Path members;
    private final Path checkpoint;
    private final Path previous;
    private final Path fresh;
    private final Path damaged;
    private final Path state;
    private final Path lock;
    private final Path weights;
    /** Names that {@link AtomicFile} and {@code WeightsFile} give to this member's files until they are complete. */
    private final Pattern unfinished;

    public MemberFiles(Path run, int member) {
        this.members = run.resolve("members");
        this.run = new RunFolder(run);
        String name = String.format(Locale.ROOT, "member-%02d", member);
        this.member = member;
        this.checkpoint = members.resolve(name + ".checkpoint");
        this.previous = members.resolve(name + ".checkpoint.previous");
        this.fresh = members.resolve(name + ".checkpoint.new");
        this.damaged = members.resolve(name + ".checkpoint.damaged");
        this.state = members.resolve(name + ".json");
        this.lock = members.resolve(name + ".lock");
        this.weights = run.resolve("weights");
        this.unfinished = Pattern.compile("\\." + name + "[.-].+\\.[0-9a-f-]{36}\\.(tmp|part)");
    }

    /** Locks the member for training. */
    public MemberLock takeLock() {
        return MemberLock.take(run, lock, member);
    }

    /** Describes the process that trains the member at present, if any. */
    public Optional<String> holder() {
        return MemberLock.holder(run, lock);
    }

    /**
     * Removes incomplete files of the member that killed processes have left. Only the owner of the lock may call this,
     * since a file that is being written looks the same.
     *
     * @throws DataFileException if a file cannot be removed
     */
    public void removeUnfinished() {
        for (Path folder : List.of(members, weights)) {
            removeUnfinished(folder);
        }
    }

    private void removeUnfinished(Path folder) {
        try {
            for (Path file : run.list(folder)) {
                if (unfinished.matcher(file.getFileName().toString()).matches()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw cannotRemove(folder, e);
        } catch (UncheckedIOException e) {
            throw cannotRemove(folder, Objects.requireNonNull(e.getCause()));
        }
    }

    private DataFileException cannotRemove(Path folder, IOException e) {
        return new DataFileException(
                folder.toString(),
                "contains incomplete files of member " + member + " that cannot be removed: " + AtomicFile.describe(e),
                e);
    }

    /** Returns the path of the checkpoint that {@link #load} reads. */
    public Path checkpoint() {
        return checkpoint;
    }

    /** Returns the path of the state that {@link #state} reads. */
    public Path stateFile() {
        return state;
    }

    /** Saves a checkpoint; the one before stays as the previous checkpoint. */
    public void save(Checkpoint now) {
        now.write(run.require(fresh));
        Checkpoint.read(fresh);
        try {
            if (run.exists(checkpoint)) {
                Files.move(checkpoint, run.require(previous), StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(fresh, checkpoint, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DataFileException(checkpoint.toString(), "cannot be written: " + AtomicFile.describe(e), e);
        }
        AtomicFile.syncFolder(members);
        writeState(now.state());
    }

    /** Writes the state, for tables and other processes. */
    public void writeState(MemberState now) {
        run.write(state, RunJson.write(now));
    }

    /** Returns the state that was written last; empty before the first checkpoint. */
    public Optional<MemberState> state() {
        if (!run.exists(state)) {
            return Optional.empty();
        }
        return Optional.of(ofThisMember(RunJson.read(run.read(state), MemberState.class, state.toString()), state));
    }

    private MemberState ofThisMember(MemberState found, Path file) {
        if (found.member() != member) {
            throw new DataFileException(
                    file.toString(), "is damaged: field member is " + found.member() + "; expected " + member);
        }
        return found;
    }

    /**
     * Returns the newest intact checkpoint; empty if the member has none yet.
     *
     * @param warner receives a line if it is not the newest that was written
     * @throws DataFileException if there are checkpoints, but none is intact
     */
    public Optional<Checkpoint> load(Consumer<String> warner) {
        boolean newest = run.exists(checkpoint);
        boolean older = run.exists(previous);
        if (!newest && !older) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(checkpoint));
        } catch (DataFileException e) {
            if (!older) {
                throw new DataFileException(
                        checkpoint.toString(),
                        "is damaged, and there is none before it; remove it to train member " + member
                                + " from the start (" + e.getMessage() + ")",
                        e);
            }
            Checkpoint usable = readPrevious(e);
            setAside();
            warner.accept((newest ? e.getMessage() : checkpoint + " is missing") + "; member " + member
                    + " resumes from the previous checkpoint, after epoch "
                    + usable.state().epochs());
            return Optional.of(usable);
        }
    }

    /**
     * Renames a damaged checkpoint; otherwise the next one would make it the previous one, instead of the intact one.
     */
    private void setAside() {
        if (!run.exists(checkpoint)) {
            return;
        }
        try {
            Files.move(checkpoint, run.require(damaged), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new DataFileException(
                    checkpoint.toString(), "is damaged and cannot be renamed: " + AtomicFile.describe(e), e);
        }
    }

    private Checkpoint read(Path file) {
        Checkpoint found = Checkpoint.read(file);
        ofThisMember(found.state(), file);
        return found;
    }

    private Checkpoint readPrevious(DataFileException newest) {
        try {
            return read(previous);
        } catch (DataFileException e) {
            throw new DataFileException(
                    checkpoint.toString(),
                    "is damaged, and so is the one before it; remove both "
                            + "to train member " + member + " from the start (" + newest.getMessage() + "; "
                            + e.getMessage()
                            + ")",
                    e);
        }
    }
}
