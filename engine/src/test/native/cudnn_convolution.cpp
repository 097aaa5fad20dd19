// Convolutions of the emulated cuDNN: checks, lists of algorithms, workspaces. The loops are the same for all
// algorithms, but each needs its own workspace, and fills it with NaN.
#include "cudnn_convolution.h"

#include <algorithm>
#include <cstring>

namespace {

/** An entry in the list of a pass; algorithms for tensor cores are not listed if FMA was requested. */
struct Algorithm {
    int number;
    Status status;
    bool deterministic;
    bool tensorCores = false;
};

using Algorithms = std::vector<Algorithm>;

// The first is not deterministic, and one is not supported: callers have to check. An algorithm with tensor cores is
// another kernel than the same algorithm without, and needs another workspace. The real library has only deterministic
// forward algorithms.
const Algorithms FORWARD = {{2, CUDNN_SUCCESS, false}, {6, CUDNN_NOT_SUPPORTED, true}, {1, CUDNN_SUCCESS, true, true},
                            {1, CUDNN_SUCCESS, true}, {0, CUDNN_SUCCESS, true}};
const Algorithms BACKWARD_DATA = {{0, CUDNN_SUCCESS, false}, {4, CUDNN_NOT_SUPPORTED, true},
                                  {1, CUDNN_SUCCESS, true, true}, {1, CUDNN_SUCCESS, true}, {5, CUDNN_SUCCESS, true}};
const Algorithms BACKWARD_FILTER = {{0, CUDNN_SUCCESS, false}, {4, CUDNN_NOT_SUPPORTED, true},
                                    {1, CUDNN_SUCCESS, true, true}, {1, CUDNN_SUCCESS, true},
                                    {5, CUDNN_SUCCESS, true}};

/** cudnnConvolutionFwdAlgoPerf_t, and the two others with the same layout. */
struct Performance {
    int algorithm;
    int status;
    float milliseconds;
    size_t memory;
    int determinism;
    int mathType;
    int reserved[3];
};

/** The operands of a convolution in any pass: input x, filter w, output y, or their gradients. */
struct Problem {
    Tensor x;
    Filter w;
    Convolution convolution;
    Tensor y;
};

Status checkShapes(const Problem& p) {
    size_t dims = p.x.dims.size();
    if (p.w.dims.size() != dims || p.y.dims.size() != dims || p.convolution.pads.size() + 2 != dims) {
        return wrong("a convolution's descriptors differ in their number of dimensions");
    }
    long groups = p.convolution.groups;
    if (p.x.dims[1] != p.w.dims[1] * groups || p.w.dims[0] % groups != 0) {
        return wrong("channels of input " + p.x.text() + " and filter " + p.w.text() + " do not fit with "
                     + std::to_string(groups) + " groups");
    }
    bool fits = p.y.dims[0] == p.x.dims[0] && p.y.dims[1] == p.w.dims[0];
    for (size_t axis = 0; axis + 2 < dims; axis++) {
        fits = fits && p.y.dims[axis + 2] == outputSize(p.x, p.w, p.convolution, axis);
    }
    if (fits) return CUDNN_SUCCESS;
    return wrong("output " + p.y.text() + " is not that of input " + p.x.text() + " and filter " + p.w.text());
}

Status check(const char* call, Handle* handle, const Tensor* x, const Filter* w, const Convolution* convolution,
             const Tensor* y) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    REQUIRE(requireAll(call, x, w, convolution, y));
    if (!x->set() || !w->set() || !y->set() || convolution->pads.empty()) return wrong("a descriptor was never set");
    if (x->type != w->type || x->type != y->type) {
        return unsupported("types " + x->text() + ", " + w->text() + ", " + y->text());
    }
    REQUIRE(checkShapes({*x, *w, *convolution, *y}));
    if (w->format == NHWC && !(x->channelsLast() && y->channelsLast())) {
        return unsupported("an NHWC filter with tensors that are not channels-last");
    }
    return CUDNN_SUCCESS;
}

/** What the library pretends to lack, for the tests; nothing by default. */
enum class Lack { NOTHING, THE_FIRST_LISTED, BFLOAT16_LISTED, BFLOAT16 };

Lack lack = Lack::NOTHING;

/** Tests whether an algorithm that is listed is refused when it is called. */
bool isRefused(const Algorithm& algorithm, const Filter* w) {
    if (lack == Lack::THE_FIRST_LISTED) return algorithm.number == 1;
    return lack == Lack::BFLOAT16_LISTED && w->type == BFLOAT16;
}

bool isListed(const Algorithm& algorithm, const Convolution* convolution) {
    return !algorithm.tensorCores || convolution->mathType != FMA_MATH;
}

/** The descriptor's math type decides between two entries with the same number. */
const Algorithm* find(const Algorithms& algorithms, int number, const Convolution* convolution) {
    for (const Algorithm& algorithm : algorithms) {
        bool mathFits = algorithm.tensorCores == (convolution->mathType == TENSOR_OP_MATH);
        bool otherMath = std::any_of(algorithms.begin(), algorithms.end(), [&](const Algorithm& other) {
            return other.number == number && other.tensorCores != algorithm.tensorCores;
        });
        if (algorithm.number == number && (mathFits || !otherMath)) return &algorithm;
    }
    return nullptr;
}

/** Grows with each entry of the list, and with the size of the filter. */
size_t workspaceBytes(const Algorithms& algorithms, const Algorithm* algorithm, const Filter* w) {
    size_t position = algorithm - algorithms.data();
    return 256 * (position + 1) + 4 * w->count();
}

Status workspaceSize(const Algorithms& algorithms, int number, const Filter* w, const Convolution* convolution,
                     size_t* bytes) {
    const Algorithm* algorithm = find(algorithms, number, convolution);
    if (algorithm == nullptr || algorithm->status != CUDNN_SUCCESS) {
        return unsupported("convolution algorithm " + std::to_string(number));
    }
    *bytes = workspaceBytes(algorithms, algorithm, w);
    return CUDNN_SUCCESS;
}

Status list(const Algorithms& algorithms, const Filter* w, const Convolution* convolution, int wanted, int* returned,
            Performance* results) {
    REQUIRE(requireAll("list of algorithms", returned, results));
    if (lack == Lack::BFLOAT16 && w->type == BFLOAT16) return unsupported("bfloat16, for the moment");
    if (wanted < 1) return wrong("no algorithms were requested");
    *returned = 0;
    for (const Algorithm& algorithm : algorithms) {
        if (*returned == wanted || !isListed(algorithm, convolution)) continue;
        bool works = algorithm.status == CUDNN_SUCCESS;
        int mathType = algorithm.tensorCores ? TENSOR_OP_MATH
                : convolution->mathType == FMA_MATH ? FMA_MATH : DEFAULT_MATH;
        results[(*returned)++] = {algorithm.number, algorithm.status, -1,
                                  works ? workspaceBytes(algorithms, &algorithm, w) : 0, algorithm.deterministic,
                                  mathType, {0, 0, 0}};
    }
    return CUDNN_SUCCESS;
}

/** Checks algorithm and workspace, and queues a pass after the workspace is filled with NaN. */
Status run(Handle* handle, const Algorithms& algorithms, int number, const Filter* w, const Convolution* convolution,
           void* workspace, size_t bytes, emulator::Work pass) {
    size_t needed;
    REQUIRE(workspaceSize(algorithms, number, w, convolution, &needed));
    if (isRefused(*find(algorithms, number, convolution), w)) {
        return unsupported("convolution algorithm " + std::to_string(number) + ", for the moment");
    }
    if (workspace == nullptr || bytes < needed) {
        return wrong("convolution algorithm " + std::to_string(number) + " needs a workspace of "
                     + std::to_string(needed) + " bytes, and was given " + std::to_string(bytes));
    }
    return enqueue(handle, [=] {
        if (!emulator::inDeviceMemory(workspace, bytes, "cuDNN's workspace")) return;
        std::memset(workspace, 0xFF, bytes);
        pass();
    });
}

/** Runs every algorithm for which the workspace is large enough; `one` starts it, with its math type. */
template <class One>
Status search(Handle* handle, const Convolution* convolution, Performance* results, int count, size_t bytes,
              One one) {
    if (emulator::readyOutsideCapture("a search for algorithms") != SUCCESS) return CUDNN_EXECUTION_FAILED;
    for (int i = 0; i < count; i++) {
        if (results[i].status != CUDNN_SUCCESS) continue;
        if (results[i].memory > bytes) {
            results[i].status = CUDNN_BAD_PARAM;
            continue;
        }
        Convolution withMath = *convolution;
        withMath.mathType = results[i].mathType;
        results[i].status = one(&withMath, results[i].algorithm);
        if (results[i].status != CUDNN_SUCCESS) continue;
        if (emulator::finish(handle->stream) != SUCCESS) return CUDNN_EXECUTION_FAILED;
        results[i].milliseconds = static_cast<float>(i + 1);
    }
    return CUDNN_SUCCESS;
}

}  // namespace

/** For the tests: 0 for a complete library; 1 to 3 as in Lack. */
API void emulatorConvolutionsLack(int what) {
    Locked locked;
    lack = static_cast<Lack>(what);
}

API int cudnnGetConvolutionNdForwardOutputDim(Convolution* convolution, Tensor* x, Filter* w, int count, int* dims) {
    REQUIRE(requireAll("cudnnGetConvolutionNdForwardOutputDim", convolution, x, w, dims));
    if (static_cast<size_t>(count) != x->dims.size() || w->dims.size() != x->dims.size()
            || convolution->pads.size() + 2 != x->dims.size()) {
        return wrong("a convolution's descriptors differ in their number of dimensions");
    }
    if (x->dims[1] != w->dims[1] * convolution->groups) return wrong("channels of input and filter do not fit");
    dims[0] = static_cast<int>(x->dims[0]);
    dims[1] = static_cast<int>(w->dims[0]);
    for (int i = 2; i < count; i++) {
        dims[i] = static_cast<int>(outputSize(*x, *w, *convolution, i - 2));
        if (dims[i] < 1) return wrong("the kernel is larger than the padded input");
    }
    return CUDNN_SUCCESS;
}

// ---- Forward: y = w * x

API int cudnnGetConvolutionForwardAlgorithm_v7(Handle* handle, Tensor* x, Filter* w, Convolution* convolution,
                                               Tensor* y, int wanted, int* returned, Performance* results) {
    Locked locked;
    REQUIRE(check("cudnnGetConvolutionForwardAlgorithm_v7", handle, x, w, convolution, y));
    return list(FORWARD, w, convolution, wanted, returned, results);
}

API int cudnnGetConvolutionForwardWorkspaceSize(Handle* handle, Tensor* x, Filter* w, Convolution* convolution,
                                                Tensor* y, int algorithm, size_t* bytes) {
    REQUIRE(check("cudnnGetConvolutionForwardWorkspaceSize", handle, x, w, convolution, y));
    return workspaceSize(FORWARD, algorithm, w, convolution, bytes);
}

API int cudnnConvolutionForward(Handle* handle, const void* alpha, Tensor* x, const void* xAt, Filter* w,
                                const void* wAt, Convolution* convolution, int algorithm, void* workspace,
                                size_t bytes, const void* beta, Tensor* y, void* yAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check("cudnnConvolutionForward", handle, x, w, convolution, y));
    REQUIRE(requireAll("cudnnConvolutionForward", alpha, xAt, wAt, beta, yAt));
    Blend blend(alpha, beta);
    Geometry geometry(*x, *w, *convolution, *y);
    Operand input(x, xAt), filter(w, wAt), output(y, yAt);
    return run(handle, FORWARD, algorithm, w, convolution, workspace, bytes, [=] {
        if (!input.check("x") || !filter.check("w") || !output.check("y")) return;
        std::vector<double> values(output.tensor.count());
        forward(geometry, input.load().data(), filter.load().data(), values.data());
        output.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnFindConvolutionForwardAlgorithmEx(Handle* handle, Tensor* x, const void* xAt, Filter* w, const void* wAt,
                                               Convolution* convolution, Tensor* y, void* yAt, int wanted,
                                               int* returned, Performance* results, void* workspace, size_t bytes) {
    Locked locked;
    REQUIRE(check("cudnnFindConvolutionForwardAlgorithmEx", handle, x, w, convolution, y));
    REQUIRE(list(FORWARD, w, convolution, wanted, returned, results));
    return search(handle, convolution, results, *returned, bytes, [=](Convolution* withMath, int algorithm) {
        float one = 1, zero = 0;
        return cudnnConvolutionForward(handle, &one, x, xAt, w, wAt, withMath, algorithm, workspace, bytes, &zero, y,
                                       yAt);
    });
}

// ---- Gradient of the input

API int cudnnGetConvolutionBackwardDataAlgorithm_v7(Handle* handle, Filter* w, Tensor* dy, Convolution* convolution,
                                                    Tensor* dx, int wanted, int* returned, Performance* results) {
    Locked locked;
    REQUIRE(check("cudnnGetConvolutionBackwardDataAlgorithm_v7", handle, dx, w, convolution, dy));
    return list(BACKWARD_DATA, w, convolution, wanted, returned, results);
}

API int cudnnGetConvolutionBackwardDataWorkspaceSize(Handle* handle, Filter* w, Tensor* dy, Convolution* convolution,
                                                     Tensor* dx, int algorithm, size_t* bytes) {
    REQUIRE(check("cudnnGetConvolutionBackwardDataWorkspaceSize", handle, dx, w, convolution, dy));
    return workspaceSize(BACKWARD_DATA, algorithm, w, convolution, bytes);
}

API int cudnnConvolutionBackwardData(Handle* handle, const void* alpha, Filter* w, const void* wAt, Tensor* dy,
                                     const void* dyAt, Convolution* convolution, int algorithm, void* workspace,
                                     size_t bytes, const void* beta, Tensor* dx, void* dxAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check("cudnnConvolutionBackwardData", handle, dx, w, convolution, dy));
    REQUIRE(requireAll("cudnnConvolutionBackwardData", alpha, wAt, dyAt, beta, dxAt));
    Blend blend(alpha, beta);
    Geometry geometry(*dx, *w, *convolution, *dy);
    Operand filter(w, wAt), gradOutput(dy, dyAt), gradInput(dx, dxAt);
    return run(handle, BACKWARD_DATA, algorithm, w, convolution, workspace, bytes, [=] {
        if (!filter.check("w") || !gradOutput.check("dy") || !gradInput.check("dx")) return;
        std::vector<double> values(gradInput.tensor.count());
        backwardData(geometry, values.data(), filter.load().data(), gradOutput.load().data());
        gradInput.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnFindConvolutionBackwardDataAlgorithmEx(Handle* handle, Filter* w, const void* wAt, Tensor* dy,
                                                    const void* dyAt, Convolution* convolution, Tensor* dx,
                                                    void* dxAt, int wanted, int* returned, Performance* results,
                                                    void* workspace, size_t bytes) {
    Locked locked;
    REQUIRE(check("cudnnFindConvolutionBackwardDataAlgorithmEx", handle, dx, w, convolution, dy));
    REQUIRE(list(BACKWARD_DATA, w, convolution, wanted, returned, results));
    return search(handle, convolution, results, *returned, bytes, [=](Convolution* withMath, int algorithm) {
        float one = 1, zero = 0;
        return cudnnConvolutionBackwardData(handle, &one, w, wAt, dy, dyAt, withMath, algorithm, workspace, bytes,
                                            &zero, dx, dxAt);
    });
}

// ---- Gradient of the filter

API int cudnnGetConvolutionBackwardFilterAlgorithm_v7(Handle* handle, Tensor* x, Tensor* dy, Convolution* convolution,
                                                      Filter* dw, int wanted, int* returned, Performance* results) {
    Locked locked;
    REQUIRE(check("cudnnGetConvolutionBackwardFilterAlgorithm_v7", handle, x, dw, convolution, dy));
    return list(BACKWARD_FILTER, dw, convolution, wanted, returned, results);
}

API int cudnnGetConvolutionBackwardFilterWorkspaceSize(Handle* handle, Tensor* x, Tensor* dy,
                                                       Convolution* convolution, Filter* dw, int algorithm,
                                                       size_t* bytes) {
    REQUIRE(check("cudnnGetConvolutionBackwardFilterWorkspaceSize", handle, x, dw, convolution, dy));
    return workspaceSize(BACKWARD_FILTER, algorithm, dw, convolution, bytes);
}

API int cudnnConvolutionBackwardFilter(Handle* handle, const void* alpha, Tensor* x, const void* xAt, Tensor* dy,
                                       const void* dyAt, Convolution* convolution, int algorithm, void* workspace,
                                       size_t bytes, const void* beta, Filter* dw, void* dwAt) {
    Locked locked;
    emulator::called(__func__);
    REQUIRE(check("cudnnConvolutionBackwardFilter", handle, x, dw, convolution, dy));
    REQUIRE(requireAll("cudnnConvolutionBackwardFilter", alpha, xAt, dyAt, beta, dwAt));
    Blend blend(alpha, beta);
    Geometry geometry(*x, *dw, *convolution, *dy);
    Operand input(x, xAt), gradOutput(dy, dyAt), gradFilter(dw, dwAt);
    return run(handle, BACKWARD_FILTER, algorithm, dw, convolution, workspace, bytes, [=] {
        if (!input.check("x") || !gradOutput.check("dy") || !gradFilter.check("dw")) return;
        std::vector<double> values(gradFilter.tensor.count());
        backwardFilter(geometry, input.load().data(), values.data(), gradOutput.load().data());
        gradFilter.store(values, blend.alpha, blend.beta);
    });
}

API int cudnnFindConvolutionBackwardFilterAlgorithmEx(Handle* handle, Tensor* x, const void* xAt, Tensor* dy,
                                                      const void* dyAt, Convolution* convolution, Filter* dw,
                                                      void* dwAt, int wanted, int* returned, Performance* results,
                                                      void* workspace, size_t bytes) {
    Locked locked;
    REQUIRE(check("cudnnFindConvolutionBackwardFilterAlgorithmEx", handle, x, dw, convolution, dy));
    REQUIRE(list(BACKWARD_FILTER, dw, convolution, wanted, returned, results));
    return search(handle, convolution, results, *returned, bytes, [=](Convolution* withMath, int algorithm) {
        float one = 1, zero = 0;
        return cudnnConvolutionBackwardFilter(handle, &one, x, xAt, dy, dyAt, withMath, algorithm, workspace,
                                              bytes, &zero, dw, dwAt);
    });
}
