package dev.voxgrad.bench.peers;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;

/** Measures an engine on a case. */
interface EngineRunner {
    /**
     * Measures and returns when done.
     *
     * @throws dev.voxgrad.bench.step.EngineException if the engine fails; the message names the engine and the case,
     * followed by the engine's message
     */
    Reading run(EngineName engine, StepCase work, int threads);
}
