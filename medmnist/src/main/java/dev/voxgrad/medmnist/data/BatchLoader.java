package dev.voxgrad.medmnist.data;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;

/**
 * Delivers a split in batches, and prepares the next ones in the background.
 *
 * <p>Three batches circulate: the consumer has one, two are being prepared or wait. Preparation continues past the end
 * of an epoch into the next, so that a new epoch starts immediately. The content of a batch depends only on its place
 * in the epoch, not on timing. One thread uses a loader, and may close it at any time.
 *
 * <pre>{@code
 * try (BatchLoader loader = new BatchLoader(split, settings)) {
 *     for (int epoch = 0; epoch < epochs; epoch++) {
 *         for (Batch batch : loader.epoch(epoch)) { … }
 *     }
 * }
 * }</pre>
 */
public final class BatchLoader implements AutoCloseable {
    private static final int AHEAD = 2;

    private final Split split;
    private final Settings settings;
    private final ExecutorService worker;
    private final Deque<Prepared> pending = new ArrayDeque<>();
    private final Deque<Batch> free = new ArrayDeque<>();
    private final BatchFiller filler;
    /** Whether the epoch makes no difference: neither order nor transform depend on it. */
    private final boolean epochsAlike;

    private @Nullable Batch lent;
    private @Nullable Pass current;
    private int nextEpoch = -1;
    private int nextIndex;
    private int submitEpoch;
    private int submitIndex;
    private boolean closed;

    /** Contains a buffer and the task that fills it. */
    private record Prepared(Batch batch, Future<?> task) {}

    /**
     * Describes how a split is delivered.
     *
     * @param batchSize samples in a batch; the last batch of an epoch may be shorter
     * @param shuffle whether each epoch has its own random order; otherwise it is 0, 1, 2 …
     * @param seed decides the orders
     * @param input the last steps from a transformed volume to what a net takes
     * @param transform applied to each volume before these steps; its threads call it at the same time
     * @param workers threads that prepare a batch together; its content doesn't depend on them
     */
    public record Settings(
            int batchSize, boolean shuffle, long seed, NetInput input, SampleTransform transform, int workers) {
        public Settings {
            if (batchSize < 1) {
                throw new DataException("batch size must be at least 1, was " + batchSize);
            }
            if (workers < 1) {
                throw new DataException("a loader needs at least 1 worker, was given " + workers);
            }
        }

        /** Creates settings for volumes that are at most z-normalised. */
        public Settings(
                int batchSize, boolean shuffle, long seed, boolean zNormalize, SampleTransform transform, int workers) {
            this(batchSize, shuffle, seed, NetInput.normalised(zNormalize), transform, workers);
        }

        /** Returns settings for training: shuffled by the seed, with volumes as a net takes them in training. */
        public static Settings training(VolumeData data, int batchSize, long seed) {
            return new Settings(batchSize, true, seed, data.trainingInput(), SampleTransform.NONE, 1);
        }

        /** Returns settings for evaluation: in order, untransformed, with volumes as a net takes them then. */
        public static Settings evaluation(VolumeData data, int batchSize) {
            return new Settings(batchSize, false, 0, data.evaluationInput(), SampleTransform.NONE, 1);
        }

        public Settings withShuffle(boolean newShuffle) {
            return new Settings(batchSize, newShuffle, seed, input, transform, workers);
        }

        public Settings withTransform(SampleTransform newTransform) {
            return new Settings(batchSize, shuffle, seed, input, newTransform, workers);
        }

        public Settings withWorkers(int newWorkers) {
            return new Settings(batchSize, shuffle, seed, input, transform, newWorkers);
        }
    }

    public BatchLoader(Split split, Settings settings) {
        this.split = split;
        this.settings = settings;
        this.epochsAlike = !settings.shuffle() && settings.transform() == SampleTransform.NONE;
        this.filler = new BatchFiller(split, settings);
        int capacity = Math.min(settings.batchSize(), split.size());
        for (int i = 0; i <= AHEAD; i++) {
            free.add(new Batch(capacity, split, settings.input().shape(split.shape())));
        }
        this.worker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("batches-" + split.name()).factory());
    }

    /** Returns the number of batches in an epoch, including the short last one. */
    public int batchesPerEpoch() {
        return Math.ceilDiv(split.size(), settings.batchSize());
    }

    /**
     * Returns the batches of one epoch. They can be iterated once; requesting another epoch ends this one. The next
     * epoch in order is already being prepared; any other is started from scratch.
     *
     * <p>An exception during the preparation of a batch is thrown when that batch is taken.
     *
     * @param epoch number of the epoch, from 0
     */
    public Iterable<Batch> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /**
     * Returns the batches of one epoch from a certain one on, for a run that is resumed within an epoch.
     *
     * @param first number of the first batch, from 0
     */
    public Iterable<Batch> epoch(int epoch, int first) {
        if (closed) {
            throw new IllegalStateException("batches of " + split.name() + ": the loader is closed");
        }
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch must not be negative, was " + epoch);
        }
        if (first < 0 || first >= batchesPerEpoch()) {
            throw new IllegalArgumentException(
                    "first batch is " + first + ", expected 0 to " + (batchesPerEpoch() - 1));
        }
        if (nextIndex != first || nextEpoch != epoch && !(epochsAlike && nextEpoch >= 0)) {
            dropPending();
            nextEpoch = epoch;
            nextIndex = first;
            submitEpoch = epoch;
            submitIndex = first;
        }
        Pass pass = new Pass(first);
        current = pass;
        prepareAhead();
        return () -> pass;
    }

    /** Stops the preparation and waits until it is over. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        dropPending();
        worker.shutdownNow();
        boolean interrupted = false;
        try {
            while (!worker.isTerminated()) {
                try {
                    worker.awaitTermination(1, TimeUnit.MINUTES);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            filler.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void prepareAhead() {
        while (pending.size() < AHEAD) {
            Batch batch = free.remove();
            int epoch = submitEpoch;
            int index = submitIndex;
            pending.add(new Prepared(batch, worker.submit(() -> filler.fill(batch, epoch, index))));
            if (++submitIndex == batchesPerEpoch()) {
                submitIndex = 0;
                submitEpoch++;
            }
        }
    }

    /**
     * Drops the batches that are being prepared. Their buffers can be reused immediately: a single worker fills
     * batches, alone or with others, so a new task starts after the one that may still be writing.
     */
    private void dropPending() {
        for (Prepared prepared : pending) {
            prepared.task().cancel(false);
            free.add(prepared.batch());
        }
        pending.clear();
    }

    private Batch take() {
        if (lent != null) {
            free.add(lent);
        }
        Prepared head = pending.remove();
        lent = head.batch();
        prepareAhead();
        try {
            head.task().get();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
        if (++nextIndex == batchesPerEpoch()) {
            nextIndex = 0;
            nextEpoch++;
        }
        return lent;
    }

    /** Ends the epoch, so that the next one starts from scratch. */
    private RuntimeException failed(@Nullable Throwable cause) {
        current = null;
        nextEpoch = -1;
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case null, default ->
                new IllegalStateException("batches of " + split.name() + ": interrupted while waiting", cause);
        };
    }

    /** Iterates over an epoch once. */
    private final class Pass implements Iterator<Batch> {
        private int taken;

        Pass(int first) {
            taken = first;
        }

        @Override
        public boolean hasNext() {
            return taken < batchesPerEpoch();
        }

        @Override
        public Batch next() {
            if (!hasNext()) {
                throw new NoSuchElementException("batches of " + split.name() + ": the epoch is over");
            }
            if (closed || current != this) {
                throw new IllegalStateException("batches of " + split.name() + ": "
                        + (closed ? "the loader is closed" : "this epoch has ended; request another"));
            }
            taken++;
            return take();
        }
    }
}
