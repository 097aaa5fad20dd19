package dev.voxgrad.medmnist.run.member;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.RunFolder;
import dev.voxgrad.medmnist.run.RunJson;

/**
 * What one member keeps in {@code RUN/members}:
 *
 * <pre>
 * member-00.checkpoint            where it stands; {@code .previous} is the one before
 * member-00.json                  its state in words, for tables and other processes
 * member-00.lock                  held while it is trained
 * </pre>
 *
 * <p>A new checkpoint is written under another name, synced, read back and compared with its checksum; only then does
 * the newest become the previous one, and the new one the newest. So there is a good one at every moment. One that is
 * found damaged is put aside, as {@code .damaged}. Whatever is being written has a name of its own until it is whole; a
 * process that is killed leaves that behind, and the next one to train the member removes it.
 */
public final class MemberFiles {
    private final RunFolder run;
    private final int member;
    private final Path checkpoint;
    private final Path previous;
    private final Path fresh;
    private final Path damaged;
    private final Path state;
    private final Path lock;
    private final Path weights;
    /** Names that {@link AtomicFile} and {@code WeightsFile} give to this member's files until they are whole. */
    private final Pattern unfinished;

    public MemberFiles(Path run, int member) {
        Path folder = run.resolve("members");
        this.run = new RunFolder(run);
        String name = String.format(Locale.ROOT, "member-%02d", member);
        this.member = member;
        this.checkpoint = folder.resolve(name + ".checkpoint");
        this.previous = folder.resolve(name + ".checkpoint.previous");
        this.fresh = folder.resolve(name + ".checkpoint.new");
        this.damaged = folder.resolve(name + ".checkpoint.damaged");
        this.state = folder.resolve(name + ".json");
        this.lock = folder.resolve(name + ".lock");
        this.weights = run.resolve("weights");
        this.unfinished = Pattern.compile("\\." + name + "[.-].+\\.[0-9a-f-]{36}\\.(tmp|part)");
    }

    /** Takes the right to train the member. */
    public MemberLock takeLock() {
        return MemberLock.take(run, lock, member);
    }

    /** Who trains the member at present. */
    public Optional<String> holder() {
        return MemberLock.holder(run, lock);
    }

    /**
     * Removes what killed processes have left half written of the member's files. Only for who holds the lock: what is
     * being written at present looks the same.
     *
     * @throws DataFileException if that can't be done
     */
    public void removeUnfinished() {
        for (Path folder : List.of(checkpoint.getParent(), weights)) {
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
            throw cannotRemove(folder, e.getCause());
        }
    }

    private DataFileException cannotRemove(Path folder, IOException e) {
        return new DataFileException(
                folder.toString(),
                "holds unfinished files of member " + member + " that cannot be removed: " + AtomicFile.describe(e),
                e);
    }

    /** Where the checkpoint that {@link #load} reads lies. */
    public Path checkpoint() {
        return checkpoint;
    }

    /** Where the state that {@link #state} reads is. */
    public Path stateFile() {
        return state;
    }

    /** Keeps a checkpoint; the former one stays as the previous. */
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
        AtomicFile.syncFolder(checkpoint.getParent());
        writeState(now.state());
    }

    /** Writes the state for others to read. */
    public void writeState(MemberState now) {
        run.write(state, RunJson.write(now));
    }

    /** What the member last told others of its state; empty before its first checkpoint. */
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
     * The newest checkpoint that is whole; empty if the member has none yet.
     *
     * @param warner is told if it is not the newest that was written
     * @throws DataFileException if there are checkpoints, but none is whole
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
                        "is damaged, and there is none before it; remove it " + "to train member " + member
                                + " from the start (" + e.getMessage() + ")",
                        e);
            }
            Checkpoint usable = readPrevious(e);
            putAside();
            warner.accept((newest ? e.getMessage() : checkpoint + " is missing") + "; member " + member
                    + " goes on from the checkpoint before it, after epoch "
                    + usable.state().epochs());
            return Optional.of(usable);
        }
    }

    /** Else the next checkpoint would make it the previous one, in place of the one that is good. */
    private void putAside() {
        if (!run.exists(checkpoint)) {
            return;
        }
        try {
            Files.move(checkpoint, run.require(damaged), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new DataFileException(
                    checkpoint.toString(), "is damaged and cannot be put aside: " + AtomicFile.describe(e), e);
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
