// Pools of the emulated cuDNN, in one to three spatial dimensions. cuDNN documents that its deterministic maximum
// always sends the gradient to the same one of several equal maxima, but not to which. Here it is the last one, while
// our own kernels use the first, so that no test can depend on it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cudnn.h"

namespace {

constexpr int AVERAGE_WITH_PADDING = 1;
constexpr int DETERMINISTIC_MAXIMUM = 3;
constexpr int PROPAGATE_NAN = 1;

long outputSize(const Tensor& x, const Pooling& pooling, size_t axis) {
    long room = x.dims[axis + 2] + 2 * pooling.pads[axis] - pooling.window[axis];
    return room < 0 ? 0 : room / pooling.strides[axis] + 1;
}

/** Sizes of a pool, with missing spatial dimensions of size 1 before the others. */
struct Sizes {
    long planes;
    long input[3] = {1, 1, 1}, output[3] = {1, 1, 1}, window[3] = {1, 1, 1};
    long pad[3] = {0, 0, 0}, stride[3] = {1, 1, 1};

    Sizes(const Tensor& x, const Pooling& pooling, const Tensor& y) : planes(x.dims[0] * x.dims[1]) {
        size_t spatial = x.dims.size() - 2;
        for (size_t i = 0; i < spatial; i++) {
            size_t to = 3 - spatial + i;
            input[to] = x.dims[i + 2];
            output[to] = y.dims[i + 2];
            window[to] = pooling.window[i];
            pad[to] = pooling.pads[i];
            stride[to] = pooling.strides[i];
        }
    }

    long windowVolume() const { return window[0] * window[1] * window[2]; }

    /** Returns the inputs from..to along an axis that an output covers. */
    long from(int axis, long o) const { return std::max(o * stride[axis] - pad[axis], 0L); }
    long to(int axis, long o) const { return std::min(o * stride[axis] - pad[axis] + window[axis], input[axis]); }

    /** Calls f(o, i) for every output and each of the inputs that it covers. */
    template <class F>
    void each(F f) const {
        long o = 0;
        for (long plane = 0; plane < planes; plane++) {
            for (long z = 0; z < output[0]; z++) {
                for (long y = 0; y < output[1]; y++) {
                    for (long x = 0; x < output[2]; x++, o++) eachInput(plane, z, y, x, [=](long i) { f(o, i); });
                }
            }
        }
    }

private:
    template <class F>
    void eachInput(long plane, long oz, long oy, long ox, F f) const {
        for (long z = from(0, oz); z < to(0, oz); z++) {
            for (long y = from(1, oy); y < to(1, oy); y++) {
                for (long x = from(2, ox); x < to(2, ox); x++) {
                    f(((plane * input[0] + z) * input[1] + y) * input[2] + x);
                }
            }
        }
    }
};

Status check(const char* call, Handle* handle, const Pooling* pooling, const Tensor* x, const Tensor* y) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    REQUIRE(requireAll(call, pooling, x, y));
    if (pooling->mode < 0 || !x->set() || !y->set()) return wrong("a descriptor was never set");
    if (x->type != y->type) return wrong(std::string(call) + ": " + x->text() + " and " + y->text());
    size_t dims = x->dims.size();
    if (y->dims.size() != dims || pooling->window.size() + 2 != dims) {
        return wrong("a pool's descriptors differ in their number of dimensions");
    }
    bool fits = x->dims[0] == y->dims[0] && x->dims[1] == y->dims[1];
    for (size_t axis = 0; axis + 2 < dims; axis++) {
        fits = fits && y->dims[axis + 2] == outputSize(*x, *pooling, axis);
    }
    return fits ? CUDNN_SUCCESS : wrong("output " + y->text() + " is not that of a pool of " + x->text());
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

API int cudnnSetPoolingNdDescriptor(Pooling* pooling, int mode, int nan, int count, const int* window, const int* pads,
                                    const int* strides) {
    REQUIRE(requireAll("cudnnSetPoolingNdDescriptor", pooling, window, pads, strides));
    if (count < MIN_DIMS - 2 || count > MAX_DIMS - 2) return unsupported("pools of this many dimensions");
    if (mode != AVERAGE_WITH_PADDING && mode != DETERMINISTIC_MAXIMUM) {
        return unsupported("pools of mode " + std::to_string(mode));
    }
    if (nan != PROPAGATE_NAN) return unsupported("pools that drop NaN");
    for (int i = 0; i < count; i++) {
        if (window[i] < 1 || strides[i] < 1 || pads[i] < 0 || pads[i] >= window[i]) {
            return wrong("a pool's window, padding or stride");
        }
    }
    pooling->mode = mode;
    pooling->window.assign(window, window + count);
    pooling->pads.assign(pads, pads + count);
    pooling->strides.assign(strides, strides + count);
    return CUDNN_SUCCESS;
}

API int cudnnPoolingForward(Handle* handle, Pooling* pooling, const void* alpha, Tensor* x, const void* xAt,
                            const void* beta, Tensor* y, void* yAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, pooling, x, y));
    REQUIRE(requireAll(__func__, alpha, xAt, beta, yAt));
    Blend blend(alpha, beta);
    Sizes sizes(*x, *pooling, *y);
    Operand input(x, xAt), output(y, yAt);
    bool maximum = pooling->mode == DETERMINISTIC_MAXIMUM;
    return enqueue(handle, [=] {
        if (!input.check("x") || !output.check("y")) return;
        std::vector<double> values = input.load();
        std::vector<double> results(output.tensor.count(), maximum ? -std::numeric_limits<double>::infinity() : 0);
        sizes.each([&](long o, long i) {
            if (!maximum) {
                results[o] += values[i] / sizes.windowVolume();
            } else if (values[i] > results[o] || std::isnan(values[i])) {
                results[o] = values[i];
            }
        });
        output.store(results, blend.alpha, blend.beta);
    });
}

/** Finds the maxima by comparing x with y, so y must be the result of the forward pass. */
API int cudnnPoolingBackward(Handle* handle, Pooling* pooling, const void* alpha, Tensor* y, const void* yAt,
                             Tensor* dy, const void* dyAt, Tensor* x, const void* xAt, const void* beta, Tensor* dx,
                             void* dxAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check(__func__, handle, pooling, x, y));
    REQUIRE(check(__func__, handle, pooling, dx, dy));
    REQUIRE(requireAll(__func__, alpha, yAt, dyAt, xAt, beta, dxAt));
    if (x->type != dx->type || y->strides != dy->strides || x->strides != dx->strides) {
        return wrong(std::string(__func__) + ": a gradient is not like its tensor");
    }
    Blend blend(alpha, beta);
    Sizes sizes(*x, *pooling, *y);
    Operand output(y, yAt), gradOutput(dy, dyAt), input(x, xAt), gradInput(dx, dxAt);
    bool maximum = pooling->mode == DETERMINISTIC_MAXIMUM;
    return enqueue(handle, [=] {
        if (!output.check("y") || !gradOutput.check("dy") || !input.check("x") || !gradInput.check("dx")) return;
        std::vector<double> upstream = gradOutput.load();
        std::vector<double> results(gradInput.tensor.count());
        if (maximum) {
            std::vector<double> values = input.load(), maxima = output.load();
            std::vector<long> last(maxima.size(), -1);
            sizes.each([&](long o, long i) {
                if (same(values[i], maxima[o])) last[o] = i;
            });
            for (size_t o = 0; o < last.size(); o++) {
                if (last[o] >= 0) results[last[o]] += upstream[o];
            }
        } else {
            sizes.each([&](long o, long i) { results[i] += upstream[o] / sizes.windowVolume(); });
        }
        gradInput.store(results, blend.alpha, blend.beta);
    });
}
