#include "voxgrad.cuh"

// Returns the logarithm of the sum of exp of K values, minus the largest of them. It is computed in double, so that
// differences of large logits lose no digits.
__device__ inline double logSumExp(const float* x, int classes, float& largest) {
    largest = largestExponent(x, classes);
    double sum = 0;
    for (int k = 0; k < classes; k++) {
        sum += exp(difference((double) x[k], (double) largest));
    }
    return log(sum);
}

// loss = the mean of logSumExp(x) - x[label], weighted by the weight of each sample's class; one block.
extern "C" __global__ void cross_entropy(const float* x, const int* labels, const float* classWeights, float* loss,
        int samples, int classes) {
    double sum = 0, weights = 0;
    for (int n = threadIdx.x; n < samples; n += BLOCK) {
        const float* row = x + n * classes;
        double weight = classWeights[labels[n]];
        float largest;
        double log = logSumExp(row, classes, largest);
        sum += weight * (log + difference((double) largest, (double) row[labels[n]]));
        weights += weight;
    }
    sum = blockSum(sum);
    weights = blockSum(weights);
    if (threadIdx.x == 0) {
        loss[0] = (float) (sum / weights);
    }
}

// dx = dloss * weight / (sum of weights) * (softmax(x) - (1 at the label)); one thread per element.
extern "C" __global__ void cross_entropy_backward(const float* x, const int* labels, const float* classWeights,
        const float* dloss, float* dx, int samples, int classes) {
    double weights = 0;
    for (int n = 0; n < samples; n++) {
        weights += classWeights[labels[n]];
    }
    unsigned i = element();
    if (i < samples * classes) {
        int n = (int) (i / classes);
        int k = (int) (i % classes);
        float largest;
        double log = logSumExp(x + n * classes, classes, largest);
        double softmax = exp(difference((double) x[i], (double) largest) - log);
        dx[i] = (float) (dloss[0] * (classWeights[labels[n]] / weights) * (softmax - (k == labels[n] ? 1 : 0)));
    }
}

// Returns max(x, 0) - x * target + log(1 + exp(-|x|)); for an infinite x its limit, which is 0 if the target agrees
// with x.
__device__ inline double bceLoss(float x, float target) {
    float magnitude = x < 0 ? -x : x;
    if (magnitude > 0 && magnitude == 2 * magnitude) {
        return target == (x > 0 ? 1 : 0) ? 0 : magnitude;
    }
    float positive = x <= 0 ? 0 : x;
    return (double) (positive - x * target) + log1pf(expf(-magnitude));
}

// loss = the mean of max(x, 0) - x * target + log(1 + exp(-|x|)); one block.
extern "C" __global__ void bce_with_logits(const float* x, const float* targets, float* loss, int n) {
    double sum = 0;
    for (int i = threadIdx.x; i < n; i += BLOCK) {
        sum += bceLoss(x[i], targets[i]);
    }
    sum = blockSum(sum);
    if (threadIdx.x == 0) {
        loss[0] = (float) (sum / n);
    }
}

// dx = dloss / n * (sigmoid(x) - target).
extern "C" __global__ void bce_with_logits_backward(
        const float* x, const float* targets, const float* dloss, float* dx, int n) {
    unsigned i = element();
    if (i < n) {
        dx[i] = dloss[0] / n * (1 / (1 + expf(-x[i])) - targets[i]);
    }
}
