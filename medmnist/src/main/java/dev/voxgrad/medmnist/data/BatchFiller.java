package dev.voxgrad.medmnist.data;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Fills batches of a split: reads, transforms and prepares their samples, on several threads if so set. Which thread
 * takes which sample is left to chance and makes no difference. One thread calls this class.
 */
final class BatchFiller implements AutoCloseable {
    private final Split split;
    private final BatchLoader.Settings settings;
    /** Idle if there is only one worker, the caller. */
    private final ExecutorService pool;
    /** One for each thread. */
    private final SampleReader[] readers;
    /** The order of the samples in epoch {@code orderEpoch}. */
    private int[] order = {};

    private int orderEpoch = -1;

    BatchFiller(Split split, BatchLoader.Settings settings) {
        this.split = split;
        this.settings = settings;
        this.pool = Executors.newFixedThreadPool(
                settings.workers(),
                Thread.ofPlatform()
                        .daemon()
                        .name("batches-" + split.name() + "-", 1)
                        .factory());
        this.readers = Stream.generate(() -> new SampleReader(split, settings.input(), settings.transform()))
                .limit(settings.workers())
                .toArray(SampleReader[]::new);
    }

    /**
     * Fills a batch.
     *
     * @param index the number of the batch in its epoch, from 0
     * @throws RuntimeException the first failure, in batch order
     */
    void fill(Batch batch, int epoch, int index) {
        if (orderEpoch != epoch) {
            order = settings.shuffle()
                    ? new RandomStream(settings.seed(), epoch, 0, RandomPurpose.SHUFFLE).permutation(split.size())
                    : IntStream.range(0, split.size()).toArray();
            orderEpoch = epoch;
        }
        int first = index * settings.batchSize();
        int size = Math.min(settings.batchSize(), split.size() - first);
        batch.setSize(size);
        AtomicInteger next = new AtomicInteger();
        RuntimeException[] failures = new RuntimeException[size];
        together(reader -> {
            for (int i = next.getAndIncrement(); i < size; i = next.getAndIncrement()) {
                try {
                    fillSample(reader, batch, i, order[first + i], epoch);
                } catch (RuntimeException e) {
                    failures[i] = e;
                }
            }
        });
        Stream.of(failures).filter(Objects::nonNull).findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    /**
     * Runs the work on each worker with its own reader, or on the caller if there is one; returns when all are done.
     */
    private void together(Consumer<SampleReader> work) {
        if (readers.length == 1) {
            work.accept(readers[0]);
            return;
        }
        try {
            List<Callable<Void>> tasks = Stream.of(readers)
                    .<Callable<Void>>map(reader -> () -> {
                        work.accept(reader);
                        return null;
                    })
                    .toList();
            for (Future<Void> task : pool.invokeAll(tasks)) {
                task.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("batches of " + split.name() + ": interrupted while they were filled", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void fillSample(SampleReader reader, Batch batch, int slot, int sample, int epoch) {
        reader.read(sample, epoch, batch.inputs(), slot * batch.shape().elements());
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

    /** Ends the workers and waits until they have ended. */
    @Override
    public void close() {
        pool.close();
    }
}
