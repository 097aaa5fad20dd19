package dev.voxgrad.medmnist.data;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.voxgrad.engine.cpu.WorkerPool;
import dev.voxgrad.engine.random.RandomStream;

/**
 * Fills batches of a split: reads, transforms and normalises their samples, on several threads if asked. Who does which
 * sample is left to chance and makes no difference. It is called by one thread.
 */
final class BatchFiller implements AutoCloseable {
    private final Split split;
    private final BatchLoader.Settings settings;
    private final WorkerPool pool;
    /** One for each thread. */
    private final SampleReader[] readers;
    /** The order of the samples and its epoch. */
    private int[] order;
    private int orderEpoch = -1;

    BatchFiller(Split split, BatchLoader.Settings settings) {
        this.split = split;
        this.settings = settings;
        this.pool = new WorkerPool(settings.workers());
        this.readers = Stream.generate(() -> new SampleReader(split, settings.zNormalize(), settings.transform()))
                .limit(settings.workers()).toArray(SampleReader[]::new);
    }

    /**
     * Fills a batch.
     *
     * @param index the number of the batch in its epoch, from 0
     * @throws RuntimeException what went wrong with the first sample that something went wrong with
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
        pool.run(readers.length, worker -> {
            for (int i = next.getAndIncrement(); i < size; i = next.getAndIncrement()) {
                try {
                    fillSample(readers[worker], batch, i, order[first + i], epoch);
                } catch (RuntimeException e) {
                    failures[i] = e;
                }
            }
        });
        Stream.of(failures).filter(Objects::nonNull).findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    private void fillSample(SampleReader reader, Batch batch, int slot, int sample, int epoch) {
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

    @Override
    public void close() {
        pool.close();
    }
}
