// The parts of CUDA C that C++ lacks, for kernels that run on the CPU. This is included before every .cu file.
//
// The threads of a block run one after another, each up to its next barrier or shuffle (fibers.cpp); blocks run one
// after another, so that shared memory can be static. Shared memory is poisoned with NaN before every block.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __constant__ static const
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __shared__ static __attribute__((section("emulated_shared")))

using std::isfinite;
using std::isinf;
using std::isnan;

// ---- Vector types, aligned as on the device

struct uint3 { unsigned x, y, z; };
using dim3 = uint3;
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) int2 { int x, y; };
struct alignas(16) int4 { int x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(4) ushort2 { unsigned short x, y; };
struct alignas(8) ushort4 { unsigned short x, y, z, w; };

inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline ushort2 make_ushort2(unsigned short x, unsigned short y) { return {x, y}; }
inline ushort4 make_ushort4(unsigned short x, unsigned short y, unsigned short z, unsigned short w) {
    return {x, y, z, w};
}

// ---- The position of a thread

extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
constexpr int warpSize = 32;

// ---- Barriers and shuffles. In an error, the line is where a thread waits.

/** Waits for all living threads of the block, which must wait at the same line. */
void emulatedBarrier(int line);

/** Waits for all living lanes of the warp, and returns the value of lane `source`; poison if there is no such lane. */
uint64_t emulatedExchange(int line, uint64_t bits, int source);

/** Only the full mask is emulated. Reports any other mask, and stops the launch. */
void emulatedMask(int line, unsigned mask);

/** Returns the lane of this thread in its warp. */
int emulatedLane();

enum class EmulatedShuffle { DOWN, UP, XOR, INDEX };

template <class T, class Operand>
T emulatedShuffle(int line, EmulatedShuffle kind, unsigned mask, T value, Operand operand, int width = 32) {
    static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8, "a shuffle takes float, double or an integer");
    emulatedMask(line, mask);
    int lane = emulatedLane();
    int first = lane & ~(width - 1);
    int number = static_cast<int>(operand);
    int source = kind == EmulatedShuffle::DOWN ? lane + number
            : kind == EmulatedShuffle::UP ? lane - number
            : kind == EmulatedShuffle::XOR ? (lane ^ number)
            : first + (number & (width - 1));
    bool outside = kind == EmulatedShuffle::UP ? source < first : source >= first + width;
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof value);
    bits = emulatedExchange(line, bits, outside ? lane : source);
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

#define __syncthreads() emulatedBarrier(__LINE__)
#define __syncwarp(...) ((void) emulatedExchange(__LINE__, 0, 0))
#define __shfl_down_sync(...) emulatedShuffle(__LINE__, EmulatedShuffle::DOWN, __VA_ARGS__)
#define __shfl_up_sync(...) emulatedShuffle(__LINE__, EmulatedShuffle::UP, __VA_ARGS__)
#define __shfl_xor_sync(...) emulatedShuffle(__LINE__, EmulatedShuffle::XOR, __VA_ARGS__)
#define __shfl_sync(...) emulatedShuffle(__LINE__, EmulatedShuffle::INDEX, __VA_ARGS__)

// ---- Bits, loads, atomics

template <class To, class From>
To emulatedBits(From value) {
    static_assert(sizeof(To) == sizeof(From));
    To result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

inline unsigned __float_as_uint(float value) { return emulatedBits<unsigned>(value); }
inline int __float_as_int(float value) { return emulatedBits<int>(value); }
inline float __uint_as_float(unsigned value) { return emulatedBits<float>(value); }
inline float __int_as_float(int value) { return emulatedBits<float>(value); }

template <class T>
T __ldg(const T* address) {
    return *address;
}

/** Threads run one after another, so plain additions are atomic. */
template <class T>
T atomicAdd(T* address, std::common_type_t<T> value) {
    T old = *address;
    *address = old + value;
    return old;
}

// ---- Arithmetic. The device's fast functions are less accurate than these.

template <class A, class B>
std::common_type_t<A, B> min(A a, B b) {
    if constexpr (std::is_floating_point_v<std::common_type_t<A, B>>) return std::fmin(a, b);
    return b < a ? b : a;
}

template <class A, class B>
std::common_type_t<A, B> max(A a, B b) {
    if constexpr (std::is_floating_point_v<std::common_type_t<A, B>>) return std::fmax(a, b);
    return a < b ? b : a;
}

inline float rsqrtf(float value) { return static_cast<float>(1 / std::sqrt(static_cast<double>(value))); }
inline double rsqrt(double value) { return 1 / std::sqrt(value); }

// Macros, because the C library declares functions with these names without defining them.
#define __expf(x) expf(x)
#define __logf(x) logf(x)
#define __powf(x, y) powf(x, y)
#define __fdividef(x, y) ((x) / (y))
#define __fsqrt_rn(x) sqrtf(x)
#define __fadd_rn(x, y) ((x) + (y))
#define __fmul_rn(x, y) ((x) * (y))
#define __fmaf_rn(x, y, z) fmaf(x, y, z)
