package dev.voxgrad.engine.op.conv3d.cpu;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.cpu.Lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PartSumsTest {
    private static final int PARTS = 37;
    private static final int LENGTH = 5 * Lanes.COUNT;
    private static final int START = Lanes.ALIGNED_START;

    private final CpuDevice device = new CpuDevice(3);

    @AfterEach
    void close() {
        device.close();
    }

    /** Sums of such values depend on the order: 1e8 + 1 − 1e8 is not 1 in float32. */
    private static float value(int part, int i) {
        return new Random(31L * part + i).nextFloat() * (part % 3 == 0 ? 1e8f : 1) * (part % 2 == 0 ? 1 : -1);
    }

    private static float[] expected(List<Integer> order) {
        float[] sums = new float[LENGTH];
        for (int part : order) {
            for (int i = 0; i < LENGTH; i++) {
                sums[i] += value(part, i);
            }
        }
        return sums;
    }

    private static List<Integer> inOrder() {
        return new ArrayList<>(IntStream.range(0, PARTS).boxed().toList());
    }

    private static void fill(float[] sums, int part) {
        for (int i = 0; i < LENGTH; i++) {
            assertThat(sums[START + i]).isZero();
            sums[START + i] += value(part, i);
        }
    }

    private static float[] values(PartSums sums) {
        return Arrays.copyOfRange(sums.total(), START, START + LENGTH);
    }

    @Test
    void addsInTheOrderOfThePartsWhateverIsCompleteFirst() {
        List<Integer> order = inOrder();
        assertThat(expected(order.reversed())).as("the order matters").isNotEqualTo(expected(order));
        for (int seed = 0; seed < 5; seed++) {
            List<Integer> shuffled = inOrder();
            Collections.shuffle(shuffled, new Random(seed));
            try (PartSums sums = new PartSums(device, PARTS, LENGTH)) {
                for (int part : shuffled) {
                    float[] array = sums.open();
                    fill(array, part);
                    sums.add(part, array);
                }
                assertThat(values(sums)).isEqualTo(expected(order));
            }
        }
    }

    @Test
    void addsTheSameOnSeveralThreads() {
        for (int round = 0; round < 20; round++) {
            try (PartSums sums = new PartSums(device, PARTS, LENGTH)) {
                device.parallel(PARTS, part -> {
                    float[] array = sums.open();
                    fill(array, part);
                    sums.add(part, array);
                });
                assertThat(values(sums)).isEqualTo(expected(inOrder()));
            }
        }
    }

    @Test
    void needsTwoArraysForPartsThatAreCompleteInOrder() {
        int length = 100_000 * Lanes.COUNT;
        long before = device.allocatedBytes();
        try (PartSums sums = new PartSums(device, PARTS, length)) {
            for (int part = 0; part < PARTS; part++) {
                sums.add(part, sums.open());
            }
            sums.total();
        }
        assertThat(device.allocatedBytes() - before).isBetween(8L * length, 10L * length);
    }

    @Test
    void requiresAllParts() {
        try (PartSums sums = new PartSums(device, 3, LENGTH)) {
            sums.add(0, sums.open());
            sums.add(2, sums.open());
            assertThatThrownBy(sums::total)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("part 1 of 3 is missing");
        }
        assertThatThrownBy(() -> new PartSums(device, 3, Lanes.COUNT + 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
