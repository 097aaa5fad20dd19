// A compiled kernel as libkernels.so describes it to the emulated driver.
#pragma once

#include <cstddef>

struct KernelParameter {
    size_t size;
    bool pointer;
};

struct KernelGrid {
    unsigned gridX, gridY, gridZ;
    unsigned blockX, blockY, blockZ;
};

/**
 * An entry point: its parameters, and a function that runs all its blocks on a copy of them. `run` returns null or an
 * error message. The symbol is `kernel_` and the name.
 */
struct Kernel {
    const char* name;
    int parameterCount;
    const KernelParameter* parameters;
    const char* (*run)(void** parameters, KernelGrid grid);
};
