// float32 and bfloat16 values in device memory, read and written as double.
#pragma once

#include <cstdint>
#include <cstring>

/** bfloat16 is the upper half of a float. */
inline double fromBfloat16(uint16_t bits) {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
}

/** Rounds to the nearest bfloat16, ties to even, once: by way of float a double might be rounded twice. */
inline uint16_t toBfloat16(double value) {
    float narrow = static_cast<float>(value);
    uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof bits);
    if (narrow != narrow) return 0x7FFF;
    double difference = value - narrow;  // The part that the float lost; it decides ties.
    if ((bits & 0xFFFF) == 0x8000 && difference != 0) {
        bool larger = (difference > 0) == (value > 0);
        return static_cast<uint16_t>((bits >> 16) + (larger ? 1 : 0));
    }
    return static_cast<uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

/** An array of either type. */
struct Numbers {
    void* address;
    bool bfloat16;

    size_t size() const {
        return bfloat16 ? 2 : 4;
    }

    double get(long i) const {
        return bfloat16 ? fromBfloat16(static_cast<uint16_t*>(address)[i]) : static_cast<float*>(address)[i];
    }

    void set(long i, double value) const {
        if (bfloat16) {
            static_cast<uint16_t*>(address)[i] = toBfloat16(value);
        } else {
            static_cast<float*>(address)[i] = static_cast<float>(value);
        }
    }

    /** Stores alpha * value + beta * the old value; with beta 0 the old value is not read, because it may be NaN. */

    void blend(long i, double alpha, double value, double beta) const {
        set(i, beta == 0 ? alpha * value : alpha * value + beta * get(i));
    }
};
