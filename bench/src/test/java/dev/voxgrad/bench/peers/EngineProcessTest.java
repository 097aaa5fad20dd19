package dev.voxgrad.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import dev.voxgrad.bench.step.StepEngine;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the measuring loop with an engine that only allocates memory. */
@EnabledOnOs(OS.LINUX)
class EngineProcessTest {
    private static final Patience PATIENCE = new Patience(5, 0, 7, 1e9);
    private static final int STEPS = 5 + 7;
    private static final long GROWTH_MB = 64;
    private static final long CHUNK_BYTES = 16 << 20;
    private static final long LARGEST_PAGE = 2 << 20;

    @Test
    void readsPeakAfterInferenceAndTraining() throws IOException {
        try (HungryEngine engine = new HungryEngine()) {
            Reading reading = EngineProcess.measure(engine, true, PATIENCE);
            List<String> expected = new ArrayList<>(Collections.nCopies(STEPS, "infer"));
            expected.addAll(Collections.nCopies(STEPS, "train"));
            assertThat(engine.calls).isEqualTo(expected);
            assertThat(reading.infer().ms()).hasSize(7);
            assertThat(reading.train().ms()).hasSize(7);
            assertThat(reading.infer().peakRssMb()).isPositive().isLessThanOrEqualTo(engine.peakBeforeTrainingMb);
            assertThat(reading.train().peakRssMb()).isGreaterThanOrEqualTo(engine.peakBeforeTrainingMb + GROWTH_MB);
            assertThat(reading.infer().settings()).isEqualTo("after infer");
            assertThat(reading.train().settings()).isEqualTo("after train");
            assertThat(reading.infer().usage().minorFaults())
                    .as("of each timed step, which touches new memory")
                    .isGreaterThanOrEqualTo(CHUNK_BYTES / LARGEST_PAGE);
            assertThat(reading.firstLoss()).isEqualTo(1);
            assertThat(reading.lastLoss()).isEqualTo(1.0 / STEPS);
        }
    }

    @Test
    void onlyInfersWithAnEngineThatDoesNotTrain() throws IOException {
        try (HungryEngine engine = new HungryEngine()) {
            Reading reading = EngineProcess.measure(engine, false, PATIENCE);
            assertThat(engine.calls).isEqualTo(Collections.nCopies(STEPS, "infer"));
            assertThat(reading.infer().ms()).hasSize(7);
            assertThat(reading.train()).isNull();
            assertThat(reading.firstLoss()).isNull();
        }
    }

    /** Allocates memory in its first training step until the peak grows; its losses are 1, 1/2, 1/3 and so on. */
    private static final class HungryEngine implements StepEngine {
        private final Arena memory = Arena.ofConfined();
        private final List<String> calls = new ArrayList<>();
        private int trained;
        private long peakBeforeTrainingMb;

        @Override
        public String version() {
            return "1";
        }

        @Override
        public String settings() {
            return "after " + calls.getLast();
        }

        @Override
        public double trainStep() {
            calls.add("train");
            if (trained == 0) {
                peakBeforeTrainingMb = peakRssMb();
                while (peakRssMb() < peakBeforeTrainingMb + GROWTH_MB) {
                    memory.allocate(CHUNK_BYTES); // zeroed, so resident
                }
            }
            trained++;
            return 1.0 / trained;
        }

        @Override
        public float[] infer() {
            calls.add("infer");
            memory.allocate(CHUNK_BYTES);
            return new float[1];
        }

        @Override
        public void close() {
            memory.close();
        }

        private static long peakRssMb() {
            try {
                return Linux.peakRssMb();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
