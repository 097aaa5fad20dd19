package dev.voxgrad.bench.step;

/** Runs libtorch with its default settings: contiguous memory throughout. */
final class UntunedLibtorchEngine extends LibtorchEngine {
    UntunedLibtorchEngine(StepCase work, int threads) {
        super(work, threads, false);
    }
}
