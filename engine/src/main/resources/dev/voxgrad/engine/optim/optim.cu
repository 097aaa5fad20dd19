#include "voxgrad.cuh"

// Updates many tensors in one launch. Each block processes a piece of CHUNK values of one tensor; tables say which.

#define CHUNK 65536

// One tensor: the addresses of the parameter, its gradient and up to two state tensors, and the number of values in
// each.
struct Slot {
    float* parameter;
    const float* gradient;
    float* first;
    float* second;
    long long elements;
};

// The values that one step of one tensor needs, as AdamUpdate and SgdUpdate define them.
struct AdamStep {
    float shrink, penalty, beta1, beta2, stepSize, rootCorrection, eps;
};

struct SgdStep {
    float learningRate, momentum, weightDecay, nesterov, withMomentum;
};

// The piece that a block processes: piece j of a slot, packed as slot * 2^32 + j.
struct Piece {
    int slot;
    long long from, to;

    __device__ Piece(const long long* pieces, const Slot* slots) {
        long long packed = pieces[blockIdx.x];
        slot = (int) (packed >> 32);
        from = (packed & 0xffffffffLL) * CHUNK;
        long long end = from + CHUNK;
        to = end < slots[slot].elements ? end : slots[slot].elements;
    }
};

extern "C" __global__ void adam(const Slot* slots, const AdamStep* steps, const long long* pieces) {
    Piece piece(pieces, slots);
    Slot s = slots[piece.slot];
    AdamStep step = steps[piece.slot];
    for (long long i = piece.from + threadIdx.x; i < piece.to; i += BLOCK) {
        float p = s.parameter[i];
        float g = s.gradient[i] + step.penalty * p;
        float m = step.beta1 * s.first[i] + (1 - step.beta1) * g;
        float v = step.beta2 * s.second[i] + (1 - step.beta2) * g * g;
        s.first[i] = m;
        s.second[i] = v;
        s.parameter[i] = p * step.shrink - step.stepSize * m / (sqrtf(v) / step.rootCorrection + step.eps);
    }
}

extern "C" __global__ void sgd(const Slot* slots, const SgdStep* steps, const long long* pieces) {
    Piece piece(pieces, slots);
    Slot s = slots[piece.slot];
    SgdStep step = steps[piece.slot];
    for (long long i = piece.from + threadIdx.x; i < piece.to; i += BLOCK) {
        float p = s.parameter[i];
        float direction = s.gradient[i] + step.weightDecay * p;
        if (step.withMomentum != 0) {
            float velocity = step.momentum * s.first[i] + direction;
            s.first[i] = velocity;
            direction = step.nesterov != 0 ? direction + step.momentum * velocity : velocity;
        }
        s.parameter[i] = p - step.learningRate * direction;
    }
}

// Computes the sum of squares of each piece of the gradients, in double.
extern "C" __global__ void square_parts(const Slot* slots, const long long* pieces, double* parts) {
    Piece piece(pieces, slots);
    const float* g = slots[piece.slot].gradient;
    double sum = 0;
    for (long long i = piece.from + threadIdx.x; i < piece.to; i += BLOCK) {
        sum += (double) g[i] * g[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = sum;
    }
}

// Computes the sum of squares of each tensor's gradient, one block per tensor.
extern "C" __global__ void squares(const double* parts, const int* firstPiece, double* sums) {
    double sum = 0;
    for (int i = firstPiece[blockIdx.x] + threadIdx.x; i < firstPiece[blockIdx.x + 1]; i += BLOCK) {
        sum += parts[i];
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = sum;
    }
}

// y = the square root of each sum.
extern "C" __global__ void roots(const double* sums, float* y, unsigned n) {
    unsigned i = element();
    if (i < n) {
        y[i] = (float) sqrt(sums[i]);
    }
}

// Scales all gradients so that the norm over all of them is at most maxNorm: by maxNorm / (norm + 1e-6), if that is
// below 1.
extern "C" __global__ void clip_norm(const Slot* slots, const long long* pieces, const double* sums, int tensors,
        double maxNorm) {
    __shared__ float factor;
    if (threadIdx.x == 0) {
        double sum = 0;
        for (int i = 0; i < tensors; i++) {
            sum += sums[i];
        }
        double wanted = maxNorm / (sqrt(sum) + 1e-6);
        factor = wanted < 1 ? (float) wanted : wanted >= 1 ? 1.0f : (float) wanted;
    }
    __syncthreads();
    Piece piece(pieces, slots);
    float* g = (float*) slots[piece.slot].gradient;
    for (long long i = piece.from + threadIdx.x; i < piece.to; i += BLOCK) {
        g[i] *= factor;
    }
}

// g = factor * g; and g = min(max(g, -limit), limit), where NaN stays NaN.

extern "C" __global__ void scale_gradient(float* g, float factor, unsigned n) {
    unsigned i = element();
    if (i < n) {
        g[i] *= factor;
    }
}

extern "C" __global__ void clamp_gradient(float* g, float limit, unsigned n) {
    unsigned i = element();
    if (i < n) {
        g[i] = g[i] > limit ? limit : g[i] < -limit ? -limit : g[i];
    }
}

// a = a + part * (p - a), or p + part * (a - p): a part of the way from one to the other.
extern "C" __global__ void average(float* a, const float* p, int fromAverage, float part, unsigned n) {
    unsigned i = element();
    if (i < n) {
        float start = fromAverage ? a[i] : p[i];
        float end = fromAverage ? p[i] : a[i];
        a[i] = fmaf(end - start, part, start);
    }
}
