// Describes kernels for the emulated driver. CudaEmulatorBuild writes a C++ file for each .cu file, which includes it
// in its own namespace and then names its entry points with EMULATED_KERNEL.

#pragma once

#include <type_traits>
#include <utility>

#include "kernel.h"

/** Runs every thread of every block; returns null or an error message. */
const char* emulatedRun(KernelGrid grid, void (*thread)(void** parameters), void** parameters);

template <class Function>
struct EmulatedSignature;

template <class... Types>
struct EmulatedSignature<void (*)(Types...)> {
    static constexpr int COUNT = sizeof...(Types);
    static constexpr KernelParameter PARAMETERS[] = {{sizeof(Types), std::is_pointer_v<Types>}..., {0, false}};

    template <auto function, size_t... i>
    static void call(void** parameters, std::index_sequence<i...>) {
        function(*static_cast<Types*>(parameters[i])...);
    }

    template <auto function>
    static const char* run(void** parameters, KernelGrid grid) {
        return emulatedRun(grid, [](void** values) {
            call<function>(values, std::make_index_sequence<COUNT>());
        }, parameters);
    }
};

#define EMULATED_KERNEL(function)                                                                            \
    extern "C" __attribute__((visibility("default"))) const Kernel kernel_##function;                        \
    const Kernel kernel_##function = {#function, EmulatedSignature<decltype(&function)>::COUNT,              \
                                      EmulatedSignature<decltype(&function)>::PARAMETERS,                    \
                                      &EmulatedSignature<decltype(&function)>::run<&function>};
