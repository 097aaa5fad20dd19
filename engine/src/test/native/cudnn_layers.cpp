// Batch norm, softmax, activations and additions of the emulated cuDNN.
#include <algorithm>
#include <cmath>

#include "cudnn.h"

namespace {

/** Dense data as (outer, channels, inner): the batch, the channels and all spatial dimensions together. */
struct Layout {
    long outer, channels, inner;

    explicit Layout(const Tensor& tensor)
            : outer(tensor.dims[0]), channels(tensor.dims[1]), inner(tensor.count() / (outer * channels)) {}

    long index(long n, long c, long i) const {
        return (n * channels + c) * inner + i;
    }

    /** Calls f(index) for every element of a channel. */
    template <class F>
    void eachOf(long c, F f) const {
        for (long n = 0; n < outer; n++) {
            for (long i = 0; i < inner; i++) f(index(n, c, i));
        }
    }
};

Status sameDims(const char* call, const Tensor* a, const Tensor* b) {
    if (a->set() && b->set() && a->dims == b->dims && a->type == b->type) return CUDNN_SUCCESS;
    return wrong(std::string(call) + ": " + a->text() + " and " + b->text() + " differ");
}

/** Only what a float32 batch norm needs: packed tensors of one order, parameters (1, C, 1, ...). */
Status checkBatchNorm(const char* call, int mode, const Tensor* x, const Tensor* y, const Tensor* parameters,
                      double epsilon) {
    REQUIRE(requireAll(call, x, y, parameters));
    if (mode != 1 && mode != 2) return unsupported(std::string(call) + ": mode " + std::to_string(mode));
    REQUIRE(sameDims(call, x, y));
    bool packed = (x->channelsFirst() && y->channelsFirst()) || (x->channelsLast() && y->channelsLast());
    if (x->type != FLOAT32 || !packed || x->dims.size() < 4) {
        return unsupported(std::string(call) + ": " + x->text() + ", other than packed float32 of 4 or 5 dimensions");
    }
    if (parameters->type != FLOAT32 || parameters->count() != x->dims[1] || parameters->dims.size() != x->dims.size()
            || parameters->dims[1] != x->dims[1]) {
        return wrong(std::string(call) + ": parameters are " + parameters->text() + " for " + x->text());
    }
    return epsilon >= 0 ? CUDNN_SUCCESS : wrong(std::string(call) + ": epsilon is negative");
}

/** Mean and inverse deviation of a channel, by two passes. */
struct Moments {
    double mean = 0;
    double variance = 0;

    Moments(const std::vector<double>& x, const Layout& layout, long channel) {
        double count = static_cast<double>(layout.outer * layout.inner);
        layout.eachOf(channel, [&](long i) { mean += x[i]; });
        mean /= count;
        layout.eachOf(channel, [&](long i) { variance += (x[i] - mean) * (x[i] - mean); });
        variance /= count;
    }
};

void moveTo(float* average, double factor, double value) {
    *average = static_cast<float>(factor == 1 ? value : (1 - factor) * *average + factor * value);
}

bool checkParameters(const Tensor& parameters, std::initializer_list<const void*> addresses) {
    for (const void* address : addresses) {
        if (address != nullptr && !Operand(&parameters, address).check("parameters of a batch norm")) return false;
    }
    return true;
}

}  // namespace

API int cudnnDeriveBNTensorDescriptor(Tensor* derived, Tensor* x, int mode) {
    REQUIRE(requireAll("cudnnDeriveBNTensorDescriptor", derived, x));
    if (!x->set()) return wrong("a descriptor was never set");
    if (mode != 1 && mode != 2) return unsupported("batch norm of mode " + std::to_string(mode));
    derived->type = FLOAT32;
    derived->dims.assign(x->dims.size(), 1);
    derived->dims[1] = x->dims[1];
    derived->strides = denseStrides(derived->dims, NCHW);
    return CUDNN_SUCCESS;
}

/** The running variance gets the unbiased variance, n / (n - 1) times the one that normalises. */
API int cudnnBatchNormalizationForwardTraining(Handle* handle, int mode, const void* alpha, const void* beta,
                                               Tensor* x, const void* xAt, Tensor* y, void* yAt, Tensor* parameters,
                                               const void* scaleAt, const void* biasAt, double factor,
                                               float* runningMean, float* runningVariance, double epsilon,
                                               float* savedMean, float* savedInverse) {
    Locked locked;
    const char* call = "cudnnBatchNormalizationForwardTraining";
    REQUIRE(checkBatchNorm(call, mode, x, y, parameters, epsilon));
    REQUIRE(requireAll(call, alpha, beta, xAt, yAt, scaleAt, biasAt));
    if ((runningMean == nullptr) != (runningVariance == nullptr)
            || (savedMean == nullptr) != (savedInverse == nullptr)) {
        return wrong(std::string(call) + ": one of a pair of results is null");
    }
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt), scale(parameters, scaleAt), bias(parameters, biasAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        if (!checkParameters(scale.tensor, {scale.address, bias.address, runningMean, runningVariance, savedMean,
                                            savedInverse})) return;
        Layout layout(input.tensor);
        std::vector<double> values = input.load(), scales = scale.load(), biases = bias.load();
        double count = static_cast<double>(layout.outer * layout.inner);
        for (long c = 0; c < layout.channels; c++) {
            Moments moments(values, layout, c);
            double inverse = 1 / std::sqrt(moments.variance + epsilon);
            layout.eachOf(c, [&](long i) {
                values[i] = scales[c] * (values[i] - moments.mean) * inverse + biases[c];
            });
            if (runningMean != nullptr) {
                moveTo(runningMean + c, factor, moments.mean);
                moveTo(runningVariance + c, factor, moments.variance * count / std::max(count - 1, 1.0));
            }
            if (savedMean != nullptr) {
                savedMean[c] = static_cast<float>(moments.mean);
                savedInverse[c] = static_cast<float>(inverse);
            }
        }
        output.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnBatchNormalizationForwardInference(Handle* handle, int mode, const void* alpha, const void* beta,
                                                Tensor* x, const void* xAt, Tensor* y, void* yAt, Tensor* parameters,
                                                const void* scaleAt, const void* biasAt, const void* meanAt,
                                                const void* varianceAt, double epsilon) {
    Locked locked;
    const char* call = "cudnnBatchNormalizationForwardInference";
    REQUIRE(checkBatchNorm(call, mode, x, y, parameters, epsilon));
    REQUIRE(requireAll(call, alpha, beta, xAt, yAt, scaleAt, biasAt, meanAt, varianceAt));
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt), scale(parameters, scaleAt), bias(parameters, biasAt);
    Operand mean(parameters, meanAt), variance(parameters, varianceAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        if (!checkParameters(scale.tensor, {scaleAt, biasAt, meanAt, varianceAt})) return;
        Layout layout(input.tensor);
        std::vector<double> values = input.load(), scales = scale.load(), biases = bias.load();
        std::vector<double> means = mean.load(), variances = variance.load();
        for (long c = 0; c < layout.channels; c++) {
            double inverse = 1 / std::sqrt(variances[c] + epsilon);
            layout.eachOf(c, [&](long i) { values[i] = scales[c] * (values[i] - means[c]) * inverse + biases[c]; });
        }
        output.store(values, blend.alpha, blend.beta);
    });
}

/** Without saved moments they are computed from x again. */
API int cudnnBatchNormalizationBackward(Handle* handle, int mode, const void* alphaData, const void* betaData,
                                        const void* alphaParameters, const void* betaParameters, Tensor* x,
                                        const void* xAt, Tensor* dy, const void* dyAt, Tensor* dx, void* dxAt,
                                        Tensor* parameters, const void* scaleAt, void* gradScaleAt, void* gradBiasAt,
                                        double epsilon, const float* savedMean, const float* savedInverse) {
    Locked locked;
    const char* call = "cudnnBatchNormalizationBackward";
    REQUIRE(checkBatchNorm(call, mode, x, dx, parameters, epsilon));
    REQUIRE(requireAll(call, dy, alphaData, betaData, alphaParameters, betaParameters, xAt, dyAt, dxAt, scaleAt,
                       gradScaleAt, gradBiasAt));
    REQUIRE(checkBatchNorm(call, mode, x, dy, parameters, epsilon));
    if ((savedMean == nullptr) != (savedInverse == nullptr)) return wrong("one of the saved moments is null");
    Blend data(alphaData, betaData), blend(alphaParameters, betaParameters);
    Operand input(x, xAt), gradOutput(dy, dyAt), gradInput(dx, dxAt), scale(parameters, scaleAt);
    Operand gradScale(parameters, gradScaleAt), gradBias(parameters, gradBiasAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !gradOutput.check("dy") || !gradInput.check("dx")) return;
        if (!checkParameters(scale.tensor, {scaleAt, gradScaleAt, gradBiasAt, savedMean, savedInverse})) return;
        Layout layout(input.tensor);
        std::vector<double> values = input.load(), upstream = gradOutput.load(), scales = scale.load();
        std::vector<double> scaleSums(layout.channels), biasSums(layout.channels);
        double count = static_cast<double>(layout.outer * layout.inner);
        for (long c = 0; c < layout.channels; c++) {
            Moments moments(values, layout, c);
            double mean = savedMean != nullptr ? savedMean[c] : moments.mean;
            double inverse = savedMean != nullptr ? savedInverse[c] : 1 / std::sqrt(moments.variance + epsilon);
            layout.eachOf(c, [&](long i) {
                values[i] = (values[i] - mean) * inverse;
                biasSums[c] += upstream[i];
                scaleSums[c] += upstream[i] * values[i];
            });
            layout.eachOf(c, [&](long i) {
                values[i] = scales[c] * inverse * (upstream[i] - (biasSums[c] + values[i] * scaleSums[c]) / count);
            });
        }
        gradInput.store(values, data.alpha, data.beta);
        gradScale.store(scaleSums, blend.alpha, blend.beta);
        gradBias.store(biasSums, blend.alpha, blend.beta);
    });
}

// ---- Softmax: algorithm 1 is the accurate one, 2 its logarithm; mode 0 runs over an instance, 1 over its channels

namespace {

constexpr int LOG = 2;

Status checkSoftmax(int algorithm, int mode) {
    if (algorithm < 0 || algorithm > LOG) return wrong("softmax algorithm");
    return mode == 0 || mode == 1 ? CUDNN_SUCCESS : wrong("softmax mode");
}

/** Calls f(first, length, step) for each group that a softmax runs over. */
template <class F>
void eachGroup(const Tensor& tensor, int mode, F f) {
    Layout layout(tensor);
    long instance = layout.channels * layout.inner;
    for (long n = 0; n < layout.outer; n++) {
        if (mode == 0) {
            f(n * instance, instance, 1L);
            continue;
        }
        for (long i = 0; i < layout.inner; i++) f(n * instance + i, layout.channels, layout.inner);
    }
}

}  // namespace

API int cudnnSoftmaxForward(Handle* handle, int algorithm, int mode, const void* alpha, Tensor* x, const void* xAt,
                            const void* beta, Tensor* y, void* yAt) {
    Locked locked;
    REQUIRE(requireAll("cudnnSoftmaxForward", alpha, beta, x, xAt, y, yAt));
    REQUIRE(checkSoftmax(algorithm, mode));
    REQUIRE(sameDims("cudnnSoftmaxForward", x, y));
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        std::vector<double> values = input.load();
        eachGroup(input.tensor, mode, [&](long first, long length, long step) {
            double largest = -INFINITY;
            double sum = 0;
            for (long i = 0; i < length; i++) largest = std::max(largest, values[first + i * step]);
            for (long i = 0; i < length; i++) sum += std::exp(values[first + i * step] - largest);
            for (long i = 0; i < length; i++) {
                double& value = values[first + i * step];
                value = algorithm == LOG ? value - largest - std::log(sum) : std::exp(value - largest) / sum;
            }
        });
        output.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnSoftmaxBackward(Handle* handle, int algorithm, int mode, const void* alpha, Tensor* y, const void* yAt,
                             Tensor* dy, const void* dyAt, const void* beta, Tensor* dx, void* dxAt) {
    Locked locked;
    REQUIRE(requireAll("cudnnSoftmaxBackward", alpha, beta, y, yAt, dy, dyAt, dx, dxAt));
    REQUIRE(checkSoftmax(algorithm, mode));
    REQUIRE(sameDims("cudnnSoftmaxBackward", y, dy));
    REQUIRE(sameDims("cudnnSoftmaxBackward", y, dx));
    Blend blend(alpha, beta);
    Operand output(y, yAt), gradOutput(dy, dyAt), gradInput(dx, dxAt);
    return enqueue(handle, [=] {
        if (!output.check("y") || !gradOutput.check("dy") || !gradInput.check("dx")) return;
        std::vector<double> values = output.load(), upstream = gradOutput.load();
        eachGroup(output.tensor, mode, [&](long first, long length, long step) {
            double sum = 0;
            for (long i = first; i < first + length * step; i += step) {
                sum += algorithm == LOG ? upstream[i] : upstream[i] * values[i];
            }
            for (long i = first; i < first + length * step; i += step) {
                values[i] = algorithm == LOG ? upstream[i] - std::exp(values[i]) * sum
                        : values[i] * (upstream[i] - sum);
            }
        });
        gradInput.store(values, blend.alpha, blend.beta);
    });
}
