// ReLU, additions with broadcasting, and the gradient of a bias of the emulated cuDNN.
#include "cudnn.h"

namespace {

Status checkSame(const char* call, const Tensor* a, const Tensor* b) {
    if (a->set() && a->dims == b->dims && a->type == b->type) return CUDNN_SUCCESS;
    return wrong(std::string(call) + ": " + a->text() + " and " + b->text() + " differ");
}

/** Whether every dimension is that of the other, or 1. */
bool broadcasts(const Tensor& small, const Tensor& large) {
    if (small.dims.size() != large.dims.size() || small.type != large.type || !small.set()) return false;
    for (size_t i = 0; i < small.dims.size(); i++) {
        if (small.dims[i] != large.dims[i] && small.dims[i] != 1) return false;
    }
    return true;
}

/** For each element of the large tensor in order, the one of the small tensor that belongs to it. */
std::vector<long> partners(const Tensor& small, const Tensor& large) {
    std::vector<long> steps = denseStrides(small.dims, NCHW);
    std::vector<long> strides = denseStrides(large.dims, NCHW);
    std::vector<long> result(large.count(), 0);
    for (long i = 0; i < large.count(); i++) {
        for (size_t d = 0; d < large.dims.size(); d++) {
            if (small.dims[d] > 1) result[i] += i / strides[d] % large.dims[d] * steps[d];
        }
    }
    return result;
}

}  // namespace

/** NaN becomes 0, as where NaN is not propagated. */
API int cudnnActivationForward(Handle* handle, Activation* activation, const void* alpha, Tensor* x, const void* xAt,
                               const void* beta, Tensor* y, void* yAt) {
    Locked locked;
    REQUIRE(requireAll("cudnnActivationForward", activation, alpha, x, xAt, beta, y, yAt));
    if (!activation->set) return wrong("an activation was never set");
    REQUIRE(checkSame("cudnnActivationForward", x, y));
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        std::vector<double> values = input.load();
        for (double& value : values) value = value > 0 ? value : 0;
        output.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnActivationBackward(Handle* handle, Activation* activation, const void* alpha, Tensor* y, const void* yAt,
                                Tensor* dy, const void* dyAt, Tensor* x, const void* xAt, const void* beta,
                                Tensor* dx, void* dxAt) {
    Locked locked;
    const char* call = "cudnnActivationBackward";
    REQUIRE(requireAll(call, activation, alpha, y, yAt, dy, dyAt, x, xAt, beta, dx, dxAt));
    if (!activation->set) return wrong("an activation was never set");
    REQUIRE(checkSame(call, x, y));
    REQUIRE(checkSame(call, x, dy));
    REQUIRE(checkSame(call, x, dx));
    Blend blend(alpha, beta);
    Operand input(x, xAt), output(y, yAt), gradOutput(dy, dyAt), gradInput(dx, dxAt);
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y") || !gradOutput.check("dy") || !gradInput.check("dx")) return;
        std::vector<double> values = input.load(), upstream = gradOutput.load();
        for (size_t i = 0; i < values.size(); i++) values[i] = values[i] > 0 ? upstream[i] : 0;
        gradInput.store(values, blend.alpha, blend.beta);
    });
}

/** C = alpha A + beta C, where dimensions of size 1 of A are repeated. */
API int cudnnAddTensor(Handle* handle, const void* alpha, Tensor* a, const void* aAt, const void* beta, Tensor* c,
                       void* cAt) {
    Locked locked;
    REQUIRE(requireAll("cudnnAddTensor", alpha, a, aAt, beta, c, cAt));
    if (!broadcasts(*a, *c)) return wrong("cudnnAddTensor: " + a->text() + " cannot be repeated to " + c->text());
    Blend blend(alpha, beta);
    Operand small(a, aAt), large(c, cAt);
    return enqueue(handle, [=] {
        if (!small.check("A") || !large.check("C")) return;
        std::vector<double> values, part = small.load();
        for (long partner : partners(small.tensor, large.tensor)) values.push_back(part[partner]);
        large.store(values, blend.alpha, blend.beta);
    });
}

/** The sum of dy over all but its channels; db is (1, K, 1, ...). */
API int cudnnConvolutionBackwardBias(Handle* handle, const void* alpha, Tensor* dy, const void* dyAt,
                                     const void* beta, Tensor* db, void* dbAt) {
    Locked locked;
    REQUIRE(requireAll("cudnnConvolutionBackwardBias", alpha, dy, dyAt, beta, db, dbAt));
    if (!broadcasts(*db, *dy) || db->count() != dy->dims[1] || db->dims[1] != dy->dims[1]) {
        return wrong("cudnnConvolutionBackwardBias: " + db->text() + " is not the bias of " + dy->text());
    }
    Blend blend(alpha, beta);
    Operand gradOutput(dy, dyAt), gradBias(db, dbAt);
    return enqueue(handle, [=] {
        if (!gradOutput.check("dy") || !gradBias.check("db")) return;
        std::vector<double> upstream = gradOutput.load(), sums(gradBias.tensor.count());
        std::vector<long> to = partners(gradBias.tensor, gradOutput.tensor);
        for (size_t i = 0; i < upstream.size(); i++) sums[to[i]] += upstream[i];
        gradBias.store(sums, blend.alpha, blend.beta);
    });
}
