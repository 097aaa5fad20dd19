// Contains what all kernels share: the two types of values in memory, and sums over a block and over channels.
//
// Kernels compute in float32 whatever they load and store. The order of summation depends on sizes alone, so that a
// kernel gives the same bits every time.
//
// No tensor has more than 2^31 - 1 elements, so indices are computed in 32 bits: on a GPU, a division by a size that is
// not a constant takes several times as long in 64 bits.

// bfloat16: the upper half of a float32.
struct bf16 {
    unsigned short bits;
};

__device__ inline float load(const float* p, unsigned i) {
    return p[i];
}

__device__ inline float load(const bf16* p, unsigned i) {
    return __uint_as_float((unsigned) p[i].bits << 16);
}

__device__ inline void store(float* p, unsigned i, float value) {
    p[i] = value;
}

// Rounds to the nearest, ties to even; NaN stays NaN.
__device__ inline void store(bf16* p, unsigned i, float value) {
    unsigned bits = __float_as_uint(value);
    if (value != value) {
        p[i].bits = 0x7fc0;
    } else {
        p[i].bits = (unsigned short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}

// Returns the index of the element that this thread computes, if each thread computes one.
__device__ inline unsigned element() {
    return blockIdx.x * blockDim.x + threadIdx.x;
}

// Returns the largest of some values, or the last NaN if there is any.
__device__ inline float largestOf(const float* x, int count) {
    float largest = x[0];
    for (int k = 1; k < count; k++) {
        largest = x[k] > largest || x[k] != x[k] ? x[k] : largest;
    }
    return largest;
}

// Returns the same for a sum of exponentials, in which infinite values count as limits: a single +infinity is the
// largest; the result is NaN if there are several, or if all are -infinity.
__device__ inline float largestExponent(const float* x, int count) {
    float largest = largestOf(x, count);
    float nan = largest - largest;
    if (nan == 0) {
        return largest; // it is finite
    }
    int times = 0;
    for (int k = 0; k < count; k++) {
        times += x[k] == largest;
    }
    return largest > 0 && times == 1 ? largest : nan;
}

// Returns x - y, and 0 for equal values, even infinite ones.
template <typename T>
__device__ inline T difference(T x, T y) {
    return x == y ? 0 : x - y;
}

// Defines an entry point for each type: ENTRY(type, suffix of the name).
#define FOR_BOTH_TYPES(ENTRY) ENTRY(float, f32) ENTRY(bf16, bf16)

// Does the same for kernels whose threads may process several channels at once: ENTRY(type, channels, suffix of the
// name).
#define FOR_ALL_PACKS(ENTRY) ENTRY(float, 1, f32) ENTRY(bf16, 1, bf16) ENTRY(bf16, 8, bf16x8)

// Holds V adjacent values in memory, which a GPU loads and stores at once.
template <typename T, int V>
struct alignas(V * sizeof(T)) Pack {
    T numbers[V];

    __device__ float operator[](int k) const {
        return load(numbers, k);
    }

    __device__ void set(int k, float value) {
        store(numbers, k, value);
    }
};

template <int V, typename T>
__device__ inline const Pack<T, V>& packAt(const T* p, unsigned i) {
    return *reinterpret_cast<const Pack<T, V>*>(p + i);
}

template <int V, typename T>
__device__ inline Pack<T, V>& packAt(T* p, unsigned i) {
    return *reinterpret_cast<Pack<T, V>*>(p + i);
}

// The number of threads of all blocks that sum.
#define BLOCK 256

// Returns the sum of one value per thread of the block.
template <typename T>
__device__ T blockSum(T value) {
    __shared__ T sums[BLOCK];
    sums[threadIdx.x] = value;
    for (int half = BLOCK / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) {
            sums[threadIdx.x] += sums[threadIdx.x + half];
        }
    }
    __syncthreads();
    T sum = sums[0];
    __syncthreads(); // so that the array can be reused
    return sum;
}

// Describes the layout of an activation of N samples, C channels and V voxels in memory.
struct Activation {
    unsigned channels;
    unsigned voxels;
    unsigned channelsLast;
    // The number of adjacent threads along channels; 1 if row-major.
    unsigned lanes;

    // Returns the index of channel c of the r-th (sample, voxel).
    __device__ unsigned at(unsigned r, unsigned c) const {
        return at(r, r / voxels, r % voxels, c);
    }

    // Does the same if the sample and the voxel are known already.
    __device__ unsigned at(unsigned r, unsigned sample, unsigned voxel, unsigned c) const {
        return channelsLast ? r * channels + c : (sample * channels + c) * voxels + voxel;
    }

    // Returns the channel of the i-th value in memory.
    __device__ unsigned channelOf(unsigned i) const {
        return channelsLast ? i % channels : i / voxels % channels;
    }
};

// Iterates over every step-th (sample, voxel) without a division for each, which would take a GPU as long as the rest
// of most loops.
struct Rows {
    const Activation& activation;
    unsigned row;
    unsigned sample, voxel;
    unsigned step, stepSamples, stepVoxels;

    __device__ Rows(const Activation& a, unsigned first, unsigned step)
            : activation(a), row(first), sample(first / a.voxels), voxel(first % a.voxels), step(step),
              stepSamples(step / a.voxels), stepVoxels(step % a.voxels) {}

    __device__ void next() {
        row += step;
        sample += stepSamples;
        voxel += stepVoxels;
        if (voxel >= activation.voxels) {
            voxel -= activation.voxels;
            sample++;
        }
    }

    // Returns the index of channel c of this (sample, voxel).
    __device__ unsigned at(unsigned c) const {
        return activation.at(row, sample, voxel, c);
    }
};

// Describes the share of one thread if the threads of a block share channels: V channels from `channel` on, and every
// rowStep-th (sample, voxel) from firstRow on. Blocks are (chunk of rows, group of channels). In row-major order, a
// block has one channel, and adjacent threads process adjacent voxels; in channels-last order, adjacent threads process
// adjacent channels first. Thus values per channel are read once for many rows.
template <int V>
struct Share {
    unsigned lanes;
    unsigned channel;
    unsigned firstRow;
    unsigned rowStep;
    bool idle;

    __device__ Share(const Activation& a) {
        lanes = a.lanes;
        channel = (blockIdx.y * lanes + threadIdx.x % lanes) * V;
        firstRow = blockIdx.x * (BLOCK / lanes) + threadIdx.x / lanes;
        rowStep = gridDim.x * (BLOCK / lanes);
        idle = channel >= a.channels;
    }

    __device__ Rows rows(const Activation& a) const {
        return Rows(a, firstRow, rowStep);
    }

    // Returns the first row of the block.
    __device__ unsigned blocksFirstRow() const {
        return blockIdx.x * (BLOCK / lanes);
    }

    // Returns the number of the block's rows, out of that many in total.
    __device__ unsigned blocksRows(unsigned rows) const {
        unsigned first = blocksFirstRow();
        if (first >= rows) {
            return 0;
        }
        unsigned passes = (rows - first - 1) / rowStep;
        unsigned left = rows - first - passes * rowStep;
        return passes * (BLOCK / lanes) + (left < BLOCK / lanes ? left : BLOCK / lanes);
    }

    // Returns the channel whose sum this thread has after blockSums; if it has none, not less than a.channels.
    __device__ unsigned summedChannel() const {
        return threadIdx.x < lanes * V ? blockIdx.y * lanes * V + threadIdx.x : 0xffffffffu;
    }

    // Returns two sums of each channel over the threads of the block, to the thread whose summedChannel it is. All
    // threads must call this exactly once.
    __device__ float2 blockSums(float (&first)[V], float (&second)[V]) const {
        __shared__ float2 sums[BLOCK / 32][32 * V];
        for (unsigned offset = 16; offset >= lanes; offset /= 2) {
            for (int k = 0; k < V; k++) {
                first[k] += __shfl_down_sync(0xffffffffu, first[k], offset);
                second[k] += __shfl_down_sync(0xffffffffu, second[k], offset);
            }
        }
        unsigned lane = threadIdx.x % 32;
        if (lane < lanes) {
            for (int k = 0; k < V; k++) {
                sums[threadIdx.x / 32][lane * V + k] = make_float2(first[k], second[k]);
            }
        }
        __syncthreads();
        float2 sum = make_float2(0, 0);
        if (threadIdx.x < lanes * V) {
            for (int warp = 0; warp < BLOCK / 32; warp++) {
                sum.x += sums[warp][threadIdx.x].x;
                sum.y += sums[warp][threadIdx.x].y;
            }
        }
        return sum;
    }

    // Writes the same sums to parts[chunk, channel].
    __device__ void writeBlockSums(float (&first)[V], float (&second)[V], float2* parts, unsigned channels) const {
        float2 sum = blockSums(first, second);
        unsigned c = summedChannel();
        if (c < channels) {
            parts[blockIdx.x * channels + c] = sum;
        }
    }
};

// The number of rows that a thread loads before it processes the first of them: a GPU's memory has a long latency, and
// is fully used only while many loads are in flight.
template <int V>
constexpr int ROWS_AT_ONCE = V == 1 ? 4 : 2;

// Calls body(i, pack) for each row of the share, where i is the pack's index in x.
template <int V, typename T, typename Body>
__device__ void forEachRow(const T* x, const Share<V>& share, const Activation& a, unsigned rows, Body body) {
    constexpr int K = ROWS_AT_ONCE<V>;
    for (Rows r = share.rows(a); r.row < rows;) {
        unsigned at[K];
        bool there[K];
        Pack<T, V> packs[K];
#pragma unroll
        for (int k = 0; k < K; k++) {
            at[k] = r.at(share.channel);
            there[k] = r.row < rows;
            if (there[k]) {
                packs[k] = packAt<V>(x, at[k]);
            }
            r.next();
        }
#pragma unroll
        for (int k = 0; k < K; k++) {
            if (there[k]) {
                body(at[k], packs[k]);
            }
        }
    }
}

// Calls body(i, pack of x, pack of y) for each row of the share, where i is the index of both.
template <int V, typename T, typename Body>
__device__ void forEachRow(
        const T* x, const T* y, const Share<V>& share, const Activation& a, unsigned rows, Body body) {
    constexpr int K = ROWS_AT_ONCE<V>;
    for (Rows r = share.rows(a); r.row < rows;) {
        unsigned at[K];
        bool there[K];
        Pack<T, V> first[K], second[K];
#pragma unroll
        for (int k = 0; k < K; k++) {
            at[k] = r.at(share.channel);
            there[k] = r.row < rows;
            if (there[k]) {
                first[k] = packAt<V>(x, at[k]);
                second[k] = packAt<V>(y, at[k]);
            }
            r.next();
        }
#pragma unroll
        for (int k = 0; k < K; k++) {
            if (there[k]) {
                body(at[k], first[k], second[k]);
            }
        }
    }
}
