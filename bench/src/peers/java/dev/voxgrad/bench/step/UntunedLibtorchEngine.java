package dev.voxgrad.bench.step;

/** Runs libtorch with its default settings: contiguous memory throughout, and nets as the official code writes them. */
final class UntunedLibtorchEngine extends LibtorchEngine {
    UntunedLibtorchEngine(StepCase work, int threads) {
        super(work, threads, false);
    }
}
