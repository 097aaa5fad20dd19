package dev.voxgrad.medmnist.data;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

@Timeout(60)
class BatchLoaderTest {
    private static final VolumeShape SHAPE = new VolumeShape(3, 2);
    private static final int ELEMENTS = 24;

    private final Split split =
            Split.of("train", SHAPE, Samples.voxels(10, ELEMENTS), new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});

    private static BatchLoader.Settings settings(boolean shuffle, SampleTransform transform) {
        return new BatchLoader.Settings(4, shuffle, 7, true, transform, 1);
    }

    @Test
    void returnsEverySampleOnceInclShortLastBatch() {
        try (BatchLoader loader = new BatchLoader(split, settings(true, SampleTransform.NONE))) {
            assertThat(loader.batchesPerEpoch()).isEqualTo(3);
            Set<List<Integer>> orders = new HashSet<>();
            for (int epoch = 0; epoch < 5; epoch++) {
                List<Integer> sizes = new ArrayList<>();
                List<Integer> indices = new ArrayList<>();
                for (Batch batch : loader.epoch(epoch)) {
                    sizes.add(batch.size());
                    for (int i = 0; i < batch.size(); i++) {
                        indices.add(batch.indices()[i]);
                        assertHoldsSample(batch, i);
                    }
                }
                assertThat(sizes).containsExactly(4, 4, 2);
                assertThat(indices).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
                orders.add(indices);
            }
            assertThat(orders).as("each epoch has its own order").hasSize(5);
        }
    }

    private void assertHoldsSample(Batch batch, int slot) {
        int sample = batch.indices()[slot];
        float[] expected = new float[ELEMENTS];
        split.read(sample, expected, 0);
        Normalization.zNormalize(expected, 0, ELEMENTS, "train", sample);
        assertThat(Arrays.copyOfRange(batch.inputs(), slot * ELEMENTS, (slot + 1) * ELEMENTS))
                .isEqualTo(expected);
        assertThat(batch.labels()[slot]).isEqualTo(sample);
    }

    @Test
    void keepsTheSplitsOrderWithoutShuffling() {
        try (BatchLoader loader = new BatchLoader(split, settings(false, SampleTransform.NONE))) {
            for (int run = 0; run < 2; run++) {
                assertThat(indices(loader.epoch(0))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            }
        }
    }

    /** Stopping within an epoch, repeating one and skipping ahead do not change the content of an epoch. */
    @Test
    void epochIsIndependentOfHowItIsReached() {
        List<Integer> third;
        List<Integer> first;
        try (BatchLoader loader = new BatchLoader(split, settings(true, SampleTransform.NONE))) {
            first = indices(loader.epoch(0));
            indices(loader.epoch(1));
            indices(loader.epoch(2));
            third = indices(loader.epoch(3));
        }
        try (BatchLoader loader = new BatchLoader(split, settings(true, SampleTransform.NONE))) {
            Iterator<Batch> broken = loader.epoch(5).iterator();
            broken.next();
            assertThat(indices(loader.epoch(3))).isEqualTo(third);
            assertThat(indices(loader.epoch(0))).isEqualTo(first);
            loader.epoch(3).iterator().next();
            assertThat(indices(loader.epoch(3))).isEqualTo(third);
            assertThatThrownBy(broken::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("this epoch has ended");
        }
    }

    /** The consumer's current batch stays unchanged while the worker runs ahead, and buffers are reused. */
    @Test
    void neverWritesToCurrentBatchAndRecyclesBuffers() throws InterruptedException {
        CountDownLatch prepared = new CountDownLatch(10);
        Set<float[]> buffers = new HashSet<>();
        try (BatchLoader loader = new BatchLoader(split, settings(false, (v, s) -> prepared.countDown()))) {
            Iterator<Batch> batches = loader.epoch(0).iterator();
            Batch batch = batches.next();
            float[] copy = batch.inputs().clone();
            assertThat(prepared.await(30, TimeUnit.SECONDS))
                    .as("two batches are prepared ahead")
                    .isTrue();
            assertThat(batch.inputs()).isEqualTo(copy);
            buffers.add(batch.inputs());
            batches.forEachRemaining(b -> buffers.add(b.inputs()));
            for (int epoch = 1; epoch < 10; epoch++) {
                loader.epoch(epoch).forEach(b -> buffers.add(b.inputs()));
            }
        }
        assertThat(buffers).hasSize(3);
    }

    /** The transform sees values in [0, 1] and all that it needs to name its random numbers; normalisation follows. */
    @Test
    void transformsBeforeNormalising() {
        List<String> calls = new ArrayList<>();
        SampleTransform transform = (volume, sample) -> {
            calls.add(sample.split() + " " + sample.epoch() + ":" + sample.index() + " " + sample.attempt());
            assertThat(volume).hasToString("[3,2,2,2]");
            float[] values = volume.values();
            for (int channel = 0; channel < 3; channel++) {
                for (int voxel = 0; voxel < 8; voxel++) {
                    int stored = 7 * sample.index() + 3 * voxel + channel;
                    assertThat(values[8 * channel + voxel]).isEqualTo((stored & 0xFF) / 255f);
                }
            }
            Arrays.fill(values, 0);
            values[8 + sample.index()] = 1;
        };
        try (BatchLoader loader = new BatchLoader(split, settings(false, transform))) {
            Batch batch = loader.epoch(2).iterator().next();
            double deviation = Math.sqrt(1.0 / ELEMENTS);
            for (int i = 0; i < 4; i++) {
                float[] values = Arrays.copyOfRange(batch.inputs(), i * ELEMENTS, (i + 1) * ELEMENTS);
                for (int v = 0; v < ELEMENTS; v++) {
                    assertThat((double) values[v])
                            .isCloseTo(((v == 3 * i + 1 ? 1 : 0) - 1.0 / ELEMENTS) / deviation, within(1e-6));
                }
            }
        }
        assertThat(calls).startsWith("train 2:0 0", "train 2:1 0", "train 2:2 0", "train 2:3 0");
    }

    /** Makes volume 2 blank at the first two attempts, and volume 3 always. */
    @Test
    void drawsAgainIfTransformLeavesABlankVolume() {
        List<String> tries = new ArrayList<>();
        SampleTransform transform = (volume, sample) -> {
            if (sample.index() == 2 && sample.attempt() < 2 || sample.index() == 3) {
                Arrays.fill(volume.values(), 0.5f);
            }
            if (sample.index() == 2) {
                tries.add("" + sample.attempt());
            }
        };
        float[] out = new float[ELEMENTS];
        SampleReader reader = new SampleReader(split, true, transform);
        reader.read(2, 0, out, 0);
        assertThat(tries).containsExactly("0", "1", "2");
        float[] expected = new float[ELEMENTS];
        new SampleReader(split, true, SampleTransform.NONE).read(2, 0, expected, 0);
        assertThat(out).isEqualTo(expected);
        assertThatThrownBy(() -> reader.read(3, 4, out, 0))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("train: volume 3 in epoch 5 is blank")
                .hasMessageContaining("each of 10 draws");
        SampleReader withoutNormalisation = new SampleReader(split, false, transform);
        withoutNormalisation.read(3, 0, out, 0);
        assertThat(out).containsOnly(0.5f);
    }

    @Test
    void throwsBackgroundFailuresToTheCaller() {
        SampleTransform failing = (volume, sample) -> {
            if (sample.index() == 5 && sample.epoch() == 0) {
                throw new DataException("sample five is broken");
            }
        };
        try (BatchLoader loader = new BatchLoader(split, settings(false, failing))) {
            Iterator<Batch> batches = loader.epoch(0).iterator();
            assertThat(batches.next().size()).isEqualTo(4);
            assertThatThrownBy(batches::next).isInstanceOf(DataException.class).hasMessage("sample five is broken");
            assertThatThrownBy(batches::next).isInstanceOf(IllegalStateException.class);
            assertThat(indices(loader.epoch(1))).hasSize(10);
        }
        Split blank = Split.of("val", SHAPE, new byte[ELEMENTS], new int[1]);
        try (BatchLoader loader = new BatchLoader(blank, settings(false, SampleTransform.NONE))) {
            assertThatThrownBy(() -> loader.epoch(0).iterator().next())
                    .hasMessageStartingWith("val: volume 0 is blank");
        }
    }

    /** Returns everything that batches contain over two epochs, with that number of workers. */
    @Test
    void resultIsIndependentOfWorkerCount() {
        SampleTransform transform = (volume, sample) -> {
            RandomStream random = new RandomStream(3, sample.epoch(), sample.index(), 0);
            for (int i = 0; i < ELEMENTS; i++) {
                volume.values()[i] += random.nextFloat();
            }
        };
        List<float[]> alone = inputs(settings(true, transform));
        assertThat(alone).hasSize(6);
        for (int workers = 2; workers <= 6; workers++) {
            assertThat(inputs(settings(true, transform).withWorkers(workers))).containsExactlyElementsOf(alone);
        }
    }

    private List<float[]> inputs(BatchLoader.Settings settings) {
        List<float[]> inputs = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(split, settings)) {
            for (int epoch = 0; epoch < 2; epoch++) {
                loader.epoch(epoch)
                        .forEach(batch -> inputs.add(Arrays.copyOf(batch.inputs(), batch.size() * ELEMENTS)));
            }
        }
        return inputs;
    }

    /** Makes each of a batch's four samples wait until all four are in progress. */
    @Test
    void workersRunConcurrently() {
        CyclicBarrier together = new CyclicBarrier(4);
        SampleTransform meeting = (volume, sample) -> {
            try {
                if (sample.index() < 8) { // the last batch has two samples only
                    together.await(30, TimeUnit.SECONDS);
                }
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        };
        try (BatchLoader loader =
                new BatchLoader(split, settings(false, meeting).withWorkers(4))) {
            assertThat(indices(loader.epoch(0))).hasSize(10);
        }
    }

    @Test
    void reportsFirstFailureRegardlessOfWorkerCount() {
        SampleTransform failing = (volume, sample) -> {
            if (sample.index() % 4 > 0) {
                throw new DataException("sample " + sample.index() + " is broken");
            }
        };
        for (int i = 0; i < 20; i++) {
            try (BatchLoader loader =
                    new BatchLoader(split, settings(false, failing).withWorkers(3))) {
                Iterator<Batch> batches = loader.epoch(0).iterator();
                assertThatThrownBy(batches::next)
                        .isInstanceOf(DataException.class)
                        .hasMessage("sample 1 is broken");
            }
        }
        assertThatThrownBy(() -> settings(false, failing).withWorkers(0))
                .isInstanceOf(DataException.class)
                .hasMessage("a loader needs at least 1 worker, was given 0");
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        for (int taken = 0; taken <= 3; taken++) {
            BatchLoader loader = new BatchLoader(split, settings(true, (v, s) -> calls.incrementAndGet()));
            Iterator<Batch> batches = loader.epoch(0).iterator();
            for (int i = 0; i < taken; i++) {
                batches.next();
            }
            loader.close();
            loader.close();
            assertThat(workers()).isEmpty();
            int callsAtClose = calls.get();
            assertThatThrownBy(batches::next)
                    .isInstanceOfAny(IllegalStateException.class, NoSuchElementException.class);
            assertThatThrownBy(() -> loader.epoch(1)).hasMessageContaining("the loader is closed");
            assertThat(calls.get()).isEqualTo(callsAtClose);
        }
    }

    /** Returns background threads that are still alive, after giving ending ones time to end. */
    private static List<Thread> workers() throws InterruptedException {
        List<Thread> alive = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("batches-train") && !thread.join(Duration.ofSeconds(5))) {
                alive.add(thread);
            }
        }
        return alive;
    }

    @Test
    void severalLabelsBecomeTargets() {
        int[][] labels = {{1, 0, 1}, {0, 1, 1}};
        Split multi = Split.ofMultiLabel("train", SHAPE, Samples.voxels(2, ELEMENTS), labels);
        try (BatchLoader loader = new BatchLoader(multi, settings(false, SampleTransform.NONE))) {
            Batch batch = loader.epoch(0).iterator().next();
            assertThat(batch.targets()).containsExactly(1, 0, 1, 0, 1, 1);
            assertThat(batch.labels()).isEmpty();
        }
    }

    @Test
    void refusesNonPositiveBatchSizes() {
        assertThatThrownBy(() -> new BatchLoader.Settings(0, true, 1, true, SampleTransform.NONE, 1))
                .isInstanceOf(DataException.class)
                .hasMessage("batch size must be at least 1, was 0");
    }

    private static List<Integer> indices(Iterable<Batch> batches) {
        List<Integer> indices = new ArrayList<>();
        for (Batch batch : batches) {
            for (int i = 0; i < batch.size(); i++) {
                indices.add(batch.indices()[i]);
            }
        }
        return indices;
    }
}
