package dev.voxgrad.bench.step;

/** libtorch as it comes: contiguous memory throughout. */
final class UntunedLibtorchEngine extends LibtorchEngine {
    UntunedLibtorchEngine(StepCase work, int threads) {
        super(work, threads, false);
    }
}
