// Batch normalisation of the emulated cuDNN: each channel over all its values, in double. Statistics are kept as float.
#include <cmath>

#include "cudnn.h"

namespace {

constexpr int SPATIAL = 1;

/** The dense arrays (N, C, spatial) of a call, channel by channel. */
struct Channels {
    long batch, channels, voxels;

    explicit Channels(const Tensor& x)
            : batch(x.dims[0]), channels(x.dims[1]), voxels(x.count() / (batch * channels)) {}

    /** Returns the number of values in a channel. */
    long count() const { return batch * voxels; }

    /** Calls f(i) for the index of each value of a channel. */
    template <class F>
    void each(long channel, F f) const {
        for (long n = 0; n < batch; n++) {
            long first = (n * channels + channel) * voxels;
            for (long i = first; i < first + voxels; i++) f(i);
        }
    }
};

bool packed(const Tensor& tensor) {
    return tensor.channelsFirst() || tensor.channelsLast();
}

/** Tests whether a tensor equals x in everything but the order in memory, which must be one of the two. */
Status checkVolumes(const char* call, const Tensor* x, const Tensor* other) {
    if (other->type != x->type || other->dims != x->dims) {
        return wrong(std::string(call) + ": " + other->text() + " next to x " + x->text());
    }
    if (!packed(*x) || !packed(*other)) return unsupported(std::string(call) + " of volumes with gaps");
    return other->strides == x->strides ? CUDNN_SUCCESS : unsupported(std::string(call) + " of volumes in two orders");
}

Status check(const char* call, Handle* handle, int mode, const Tensor* x, const Tensor* y, const Tensor* parameters,
             double epsilon) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    REQUIRE(requireAll(call, x, y, parameters));
    if (mode != SPATIAL) return unsupported(std::string(call) + " in mode " + std::to_string(mode));
    if (!x->set() || !y->set() || !parameters->set()) return wrong("a descriptor was never set");
    if (x->dims.size() < 4) return wrong(std::string(call) + " of " + x->text() + ", which has less than 4 dimensions");
    REQUIRE(checkVolumes(call, x, y));
    std::vector<long> expected(x->dims.size(), 1);
    expected[1] = x->dims[1];
    if (parameters->type != FLOAT32 || parameters->dims != expected) {
        return wrong(std::string(call) + ": parameters " + parameters->text() + " of x " + x->text());
    }
    return epsilon < 0 ? wrong(std::string(call) + ": epsilon is below 0") : CUDNN_SUCCESS;
}

}  // namespace

API int cudnnDeriveBNTensorDescriptor(Tensor* derived, const Tensor* x, int mode) {
    REQUIRE(requireAll("cudnnDeriveBNTensorDescriptor", derived, x));
    if (mode != SPATIAL) return unsupported("batch norm in mode " + std::to_string(mode));
    if (!x->set() || x->dims.size() < 4) return wrong("batch norm of " + x->text());
    derived->type = FLOAT32;
    derived->dims.assign(x->dims.size(), 1);
    derived->dims[1] = x->dims[1];
    derived->strides = denseStrides(derived->dims, NCHW);
    return CUDNN_SUCCESS;
}

API int cudnnBatchNormalizationForwardTraining(Handle* handle, int mode, const void* alpha, const void* beta,
                                               Tensor* x, const void* xAt, Tensor* y, void* yAt, Tensor* parameters,
                                               const void* scaleAt, const void* biasAt, double factor,
                                               void* runningMeanAt, void* runningVarianceAt, double epsilon,
                                               void* meanAt, void* inverseAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, mode, x, y, parameters, epsilon));
    REQUIRE(requireAll(__func__, alpha, beta, xAt, yAt, scaleAt, biasAt));
    if ((runningMeanAt == nullptr) != (runningVarianceAt == nullptr) || (meanAt == nullptr) != (inverseAt == nullptr)) {
        return wrong(std::string(__func__) + ": a mean without a variance, or a variance without a mean");
    }
    if (runningMeanAt == nullptr || meanAt == nullptr) return unsupported("training that leaves no statistics");
    Blend blend(alpha, beta);
    Channels all(*x);
    Operand input(x, xAt), output(y, yAt), weight(parameters, scaleAt), shift(parameters, biasAt),
            runningMean(parameters, runningMeanAt), runningVariance(parameters, runningVarianceAt),
            savedMean(parameters, meanAt), savedInverse(parameters, inverseAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y") || !weight.check("scale") || !shift.check("bias")
                || !runningMean.check("running mean") || !runningVariance.check("running variance")
                || !savedMean.check("saved mean") || !savedInverse.check("saved variance")) {
            return;
        }
        std::vector<double> values = input.load(), gamma = weight.load(), beta = shift.load();
        std::vector<double> movedMean = runningMean.load(), movedVariance = runningVariance.load();
        std::vector<double> means(all.channels), inverses(all.channels), results(values.size());
        for (long c = 0; c < all.channels; c++) {
            double sum = 0, squares = 0;
            all.each(c, [&](long i) { sum += values[i]; });
            means[c] = sum / all.count();
            all.each(c, [&](long i) { squares += (values[i] - means[c]) * (values[i] - means[c]); });
            inverses[c] = 1 / std::sqrt(squares / all.count() + epsilon);
            movedMean[c] = (1 - factor) * movedMean[c] + factor * means[c];
            movedVariance[c] = (1 - factor) * movedVariance[c] + factor * squares / (all.count() - 1);
            all.each(c, [&](long i) { results[i] = gamma[c] * (values[i] - means[c]) * inverses[c] + beta[c]; });
        }
        output.store(results, blend.alpha, blend.beta);
        runningMean.store(movedMean, 1, 0);
        runningVariance.store(movedVariance, 1, 0);
        savedMean.store(means, 1, 0);
        savedInverse.store(inverses, 1, 0);
    });
}

API int cudnnBatchNormalizationForwardInference(Handle* handle, int mode, const void* alpha, const void* beta,
                                                Tensor* x, const void* xAt, Tensor* y, void* yAt, Tensor* parameters,
                                                const void* scaleAt, const void* biasAt, const void* meanAt,
                                                const void* varianceAt, double epsilon) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, mode, x, y, parameters, epsilon));
    REQUIRE(requireAll(__func__, alpha, beta, xAt, yAt, scaleAt, biasAt, meanAt, varianceAt));
    Blend blend(alpha, beta);
    Channels all(*x);
    Operand input(x, xAt), output(y, yAt), weight(parameters, scaleAt), shift(parameters, biasAt),
            mean(parameters, meanAt), variance(parameters, varianceAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y") || !weight.check("scale") || !shift.check("bias")
                || !mean.check("mean") || !variance.check("variance")) {
            return;
        }
        std::vector<double> values = input.load(), gamma = weight.load(), beta = shift.load();
        std::vector<double> means = mean.load(), variances = variance.load();
        for (long c = 0; c < all.channels; c++) {
            double inverse = 1 / std::sqrt(variances[c] + epsilon);
            all.each(c, [&](long i) { values[i] = gamma[c] * (values[i] - means[c]) * inverse + beta[c]; });
        }
        output.store(values, blend.alpha, blend.beta);
    });
}

/** Supports training only, with the statistics that the forward pass saved. */
API int cudnnBatchNormalizationBackward(Handle* handle, int mode, const void* alphaData, const void* betaData,
                                        const void* alphaParameters, const void* betaParameters, Tensor* x,
                                        const void* xAt, Tensor* dy, const void* dyAt, Tensor* dx, void* dxAt,
                                        Tensor* parameters, const void* scaleAt, void* gradScaleAt, void* gradBiasAt,
                                        double epsilon, const void* meanAt, const void* inverseAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, mode, x, dy, parameters, epsilon));
    REQUIRE(requireAll(__func__, alphaData, betaData, alphaParameters, betaParameters, xAt, dyAt, dx, dxAt, scaleAt,
                       gradScaleAt, gradBiasAt));
    if (!dx->set()) return wrong("a descriptor was never set");
    REQUIRE(checkVolumes(__func__, x, dx));
    if (meanAt == nullptr || inverseAt == nullptr) return unsupported("a backward without saved statistics");
    Blend data(alphaData, betaData), params(alphaParameters, betaParameters);
    Channels all(*x);
    Operand input(x, xAt), gradOutput(dy, dyAt), gradInput(dx, dxAt), weight(parameters, scaleAt),
            gradWeight(parameters, gradScaleAt), gradBias(parameters, gradBiasAt), mean(parameters, meanAt),
            inverse(parameters, inverseAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !gradOutput.check("dy") || !gradInput.check("dx") || !weight.check("scale")
                || !gradWeight.check("scale gradient") || !gradBias.check("bias gradient")
                || !mean.check("saved mean") || !inverse.check("saved variance")) {
            return;
        }
        std::vector<double> values = input.load(), upstream = gradOutput.load(), gamma = weight.load();
        std::vector<double> means = mean.load(), inverses = inverse.load();
        std::vector<double> results(values.size()), dGamma(all.channels), dBeta(all.channels);
        for (long c = 0; c < all.channels; c++) {
            auto normal = [&](long i) { return (values[i] - means[c]) * inverses[c]; };
            all.each(c, [&](long i) {
                dGamma[c] += upstream[i] * normal(i);
                dBeta[c] += upstream[i];
            });
            all.each(c, [&](long i) {
                results[i] = gamma[c] * inverses[c]
                        * (upstream[i] - dBeta[c] / all.count() - normal(i) * dGamma[c] / all.count());
            });
        }
        gradInput.store(results, data.alpha, data.beta);
        gradWeight.store(dGamma, params.alpha, params.beta);
        gradBias.store(dBeta, params.alpha, params.beta);
    });
}
