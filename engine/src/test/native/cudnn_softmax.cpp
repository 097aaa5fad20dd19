// Softmax of the emulated cuDNN, and its logarithm, over each sample, in double.
#include <algorithm>
#include <cmath>

#include "cudnn.h"

namespace {

constexpr int ACCURATE = 1;
constexpr int LOGARITHM = 2;
constexpr int OVER_THE_SAMPLE = 0;

/** The tensors must have the same type, shape and order. */
Status check(const char* call, Handle* handle, int algorithm, int mode, const Tensor* first, const Tensor* second,
             const Tensor* third) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    REQUIRE(requireAll(call, first, second, third));
    if (algorithm != ACCURATE && algorithm != LOGARITHM) {
        return unsupported(std::string(call) + " by algorithm " + std::to_string(algorithm));
    }
    if (mode != OVER_THE_SAMPLE) return unsupported(std::string(call) + " in mode " + std::to_string(mode));
    for (const Tensor* tensor : {first, second, third}) {
        if (!tensor->set()) return wrong("a descriptor was never set");
        if (tensor->dims.size() < 4) return wrong(std::string(call) + " of " + tensor->text());
        if (tensor->type != first->type || tensor->dims != first->dims || tensor->strides != first->strides) {
            return wrong(std::string(call) + ": " + tensor->text() + " next to " + first->text());
        }
    }
    return CUDNN_SUCCESS;
}

}  // namespace

API int cudnnSoftmaxForward(Handle* handle, int algorithm, int mode, const void* alpha, Tensor* x, const void* xAt,
                            const void* beta, Tensor* y, void* yAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, algorithm, mode, x, y, y));
    REQUIRE(requireAll(__func__, alpha, xAt, beta, yAt));
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt);
    long each = x->count() / x->dims[0];
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        std::vector<double> values = input.load();
        for (auto row = values.begin(); row != values.end(); row += each) {
            double largest = *std::max_element(row, row + each);
            double sum = 0;
            for (auto v = row; v != row + each; ++v) sum += std::exp(*v - largest);
            for (auto v = row; v != row + each; ++v) {
                double logarithm = *v - largest - std::log(sum);
                *v = algorithm == LOGARITHM ? logarithm : std::exp(logarithm);
            }
        }
        output.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnSoftmaxBackward(Handle* handle, int algorithm, int mode, const void* alpha, Tensor* y, const void* yAt,
                             Tensor* dy, const void* dyAt, const void* beta, Tensor* dx, void* dxAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, algorithm, mode, y, dy, dx));
    REQUIRE(requireAll(__func__, alpha, yAt, dyAt, beta, dxAt));
    Blend blend(alpha, beta);
    Operand output(y, yAt), gradOutput(dy, dyAt), gradInput(dx, dxAt);
    long each = y->count() / y->dims[0];
    return enqueue(handle, [=] {
        if (!output.check("y") || !gradOutput.check("dy") || !gradInput.check("dx")) return;
        std::vector<double> results = output.load(), upstream = gradOutput.load();
        for (size_t row = 0; row < results.size(); row += each) {
            double sum = 0;
            for (size_t i = row; i < row + each; i++) {
                sum += algorithm == LOGARITHM ? upstream[i] : upstream[i] * results[i];
            }
            for (size_t i = row; i < row + each; i++) {
                results[i] = algorithm == LOGARITHM ? upstream[i] - std::exp(results[i]) * sum
                                                    : results[i] * (upstream[i] - sum);
            }
        }
        gradInput.store(results, blend.alpha, blend.beta);
    });
}
