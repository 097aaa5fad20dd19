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
import java.util.stream.IntStream;

import dev.voxgrad.engine.random.RandomStream;

/**
 * Hands out a split in batches and prepares the next ones on a background thread meanwhile.
 *
 * <p>Three batches circulate: one is with the consumer, two are being prepared or wait. Preparation runs on
 * over the end of an epoch into the next, so that a new epoch starts at once. What a batch holds depends on its
 * place in the epoch alone, not on timing. A loader is used by one thread, which may close it at any time.
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
    private final SampleReader reader;
    /** Whether the epoch makes no difference: neither order nor transform depend on it. */
    private final boolean epochsAlike;
    private Batch lent;
    private Pass current;
    private int nextEpoch = -1;
    private int nextIndex;
    private int submitEpoch;
    private int submitIndex;
    /** The order of the samples and its epoch; touched by the worker only. */
    private int[] order;
    private int orderEpoch = -1;
    private boolean closed;

    /** A buffer and the task that fills it. */
    private record Prepared(Batch batch, Future<?> task) {}

    /**
     * How a split is handed out.
     *
     * @param batchSize samples in a batch; the last batch of an epoch may be shorter
     * @param shuffle whether each epoch has its own random order; otherwise it is 0, 1, 2 …
     * @param seed decides the orders
     * @param zNormalize whether each volume is z-normalised, last of all
     * @param transform applied to each volume before normalisation
     */
    public record Settings(int batchSize, boolean shuffle, long seed, boolean zNormalize, SampleTransform transform) {
        public Settings {
            if (batchSize < 1) {
                throw new DataException("batch size must be at least 1, was " + batchSize);
            }
        }

        /** For training: shuffled by the seed, and normalised as the data set asks. */
        public static Settings training(VolumeData data, int batchSize, long seed) {
            return new Settings(batchSize, true, seed, data.zNormalized(), SampleTransform.NONE);
        }

        /** For evaluation: in order, untransformed, and normalised as the data set asks. */
        public static Settings evaluation(VolumeData data, int batchSize) {
            return new Settings(batchSize, false, 0, data.zNormalized(), SampleTransform.NONE);
        }

        public Settings withShuffle(boolean newShuffle) {
            return new Settings(batchSize, newShuffle, seed, zNormalize, transform);
        }

        public Settings withTransform(SampleTransform newTransform) {
            return new Settings(batchSize, shuffle, seed, zNormalize, newTransform);
        }
    }

    public BatchLoader(Split split, Settings settings) {
        this.split = split;
        this.settings = settings;
        this.epochsAlike = !settings.shuffle() && settings.transform() == SampleTransform.NONE;
        this.reader = new SampleReader(split, settings.zNormalize(), settings.transform());
        int capacity = Math.min(settings.batchSize(), split.size());
        for (int i = 0; i <= AHEAD; i++) {
            free.add(new Batch(capacity, split));
        }
        this.worker = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("batches-" + split.name()).factory());
    }

    /** Batches in an epoch, the short last one included. */
    public int batchesPerEpoch() {
        return Math.ceilDiv(split.size(), settings.batchSize());
    }

    /**
     * The batches of one epoch. They can be run through once; asking for another epoch ends this one. The next
     * epoch in turn is already being prepared; any other is started afresh.
     *
     * <p>What goes wrong while a batch is prepared is thrown when that batch is taken.
     *
     * @param epoch number of the epoch, from 0
     */
    public Iterable<Batch> epoch(int epoch) {
        return epoch(epoch, 0);
    }

    /**
     * The batches of one epoch from a certain one on, for a run that goes on in the middle.
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

    /** Stops the background thread and waits until it is gone. Closing twice does nothing. */
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
            pending.add(new Prepared(batch, worker.submit(() -> fill(batch, epoch, index))));
            if (++submitIndex == batchesPerEpoch()) {
                submitIndex = 0;
                submitEpoch++;
            }
        }
    }

    /**
     * Forgets what is being prepared. The buffers can be used again at once: the worker is one thread, so a new
     * task starts after the one that may still be writing.
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

    /** Ends the epoch, so that the next one starts afresh. */
    private RuntimeException failed(Throwable cause) {
        current = null;
        nextEpoch = -1;
        return switch (cause) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("batches of " + split.name() + ": interrupted while waiting", cause);
        };
    }

    private void fill(Batch batch, int epoch, int index) {
        if (orderEpoch != epoch) {
            order = settings.shuffle()
                    ? new RandomStream(settings.seed(), epoch, 0, RandomPurpose.SHUFFLE).permutation(split.size())
                    : IntStream.range(0, split.size()).toArray();
            orderEpoch = epoch;
        }
        int first = index * settings.batchSize();
        int size = Math.min(settings.batchSize(), split.size() - first);
        batch.setSize(size);
        for (int i = 0; i < size; i++) {
            fillSample(batch, i, order[first + i], epoch);
        }
    }

    private void fillSample(Batch batch, int slot, int sample, int epoch) {
        reader.read(sample, epoch, batch.inputs(), slot * split.shape().elements());
        batch.indices()[slot] = sample;
        if (split.isMultiLabel()) {
            int[] row = split.multiLabels()[sample];
            for (int l = 0; l < row.length; l++) {
                batch.targets()[slot * row.length + l] = row[l];
            }
        } else {
            batch.labels()[slot] = split.labels()[sample];
        }
    }

    /** One run through an epoch. */
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
                        + (closed ? "the loader is closed" : "this epoch has ended; ask for another"));
            }
            taken++;
            return take();
        }
    }
}
