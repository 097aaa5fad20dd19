package dev.voxgrad.bench.peers;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;

/** Measures engines, and the machine that they run on. */
interface EngineRunner {
    /**
     * Measures an engine on a case and returns when done.
     *
     * @throws dev.voxgrad.bench.step.EngineException if the engine fails; the message names the engine and the case,
     * followed by the engine's message
     */
    Reading run(EngineName engine, StepCase work, int threads);

    /**
     * Measures the most floating-point operations per second that this many threads can do, with the vector
     * instructions that engines may use.
     *
     * @throws dev.voxgrad.bench.step.EngineException if it cannot be measured
     */
    double peakFlop(int threads);
}
