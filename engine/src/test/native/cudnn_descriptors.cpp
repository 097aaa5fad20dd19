// Handles and descriptors of the emulated cuDNN.
#include "cudnn.h"

long Tensor::count() const {
    long product = 1;
    for (long dim : dims) product *= dim;
    return product;
}

size_t Tensor::bytes() const {
    long last = 0;
    for (size_t i = 0; i < dims.size(); i++) last += (dims[i] - 1) * strides[i];
    return static_cast<size_t>(last + 1) * Numbers{nullptr, type == BFLOAT16}.size();
}

/** Ignores the strides of dimensions of size 1. */
static bool sameStrides(const Tensor& tensor, const std::vector<long>& expected) {
    for (size_t i = 0; i < tensor.dims.size(); i++) {
        if (tensor.dims[i] > 1 && tensor.strides[i] != expected[i]) return false;
    }
    return true;
}

bool Tensor::channelsFirst() const {
    return sameStrides(*this, denseStrides(dims, NCHW));
}

bool Tensor::channelsLast() const {
    return sameStrides(*this, denseStrides(dims, NHWC));
}

std::string Tensor::text() const {
    std::string text = type == FLOAT32 ? "float32[" : type == BFLOAT16 ? "bfloat16[" : "unset[";
    for (size_t i = 0; i < dims.size(); i++) text += (i == 0 ? "" : ",") + std::to_string(dims[i]);
    return text + "]";
}

std::vector<long> denseStrides(const std::vector<long>& dims, int format) {
    size_t count = dims.size();
    std::vector<long> strides(count);
    long next = 1;
    if (format == NHWC) {
        strides[1] = 1;
        next = dims[1];
    }
    for (size_t i = count; i-- > 0;) {
        if (i == 1 && format == NHWC) continue;
        strides[i] = next;
        next *= dims[i];
    }
    return strides;
}

Status wrong(const std::string& why) {
    emulator::complain("cuDNN: " + why);
    return CUDNN_BAD_PARAM;
}

Status unsupported(const std::string& why) {
    emulator::complain("cuDNN: not supported: " + why);
    return CUDNN_NOT_SUPPORTED;
}

Status enqueue(Handle* handle, emulator::Work work) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    if (emulator::ready() != SUCCESS) return CUDNN_EXECUTION_FAILED;
    if (!emulator::isCurrent(handle->card, "cuDNN's handle")) return CUDNN_EXECUTION_FAILED;
    return emulator::enqueue(handle->stream, std::move(work)) == SUCCESS ? CUDNN_SUCCESS : CUDNN_EXECUTION_FAILED;
}

bool Operand::check(const char* what) const {
    return emulator::inDeviceMemory(address, tensor.bytes(), std::string("cuDNN, ") + what + " " + tensor.text());
}

/** Calls f(offset) for every element in the order of the dimensions. */
template <class F>
static void eachOffset(const Tensor& tensor, F f) {
    long dims[MAX_DIMS] = {1, 1, 1, 1, 1};
    long strides[MAX_DIMS] = {0, 0, 0, 0, 0};
    size_t first = MAX_DIMS - tensor.dims.size();
    for (size_t i = 0; i < tensor.dims.size(); i++) {
        dims[first + i] = tensor.dims[i];
        strides[first + i] = tensor.strides[i];
    }
    for (long a = 0; a < dims[0]; a++) {
        for (long b = 0; b < dims[1]; b++) {
            for (long c = 0; c < dims[2]; c++) {
                for (long d = 0; d < dims[3]; d++) {
                    long row = a * strides[0] + b * strides[1] + c * strides[2] + d * strides[3];
                    for (long e = 0; e < dims[4]; e++) f(row + e * strides[4]);
                }
            }
        }
    }
}

std::vector<double> Operand::load() const {
    Numbers numbers{address, tensor.type == BFLOAT16};
    std::vector<double> values;
    values.reserve(tensor.count());
    eachOffset(tensor, [&](long offset) { values.push_back(numbers.get(offset)); });
    return values;
}

void Operand::store(const std::vector<double>& values, double alpha, double beta) const {
    Numbers numbers{address, tensor.type == BFLOAT16};
    const double* next = values.data();
    eachOffset(tensor, [&](long offset) { numbers.blend(offset, alpha, *next++, beta); });
}

// ---- Library and handle

API size_t cudnnGetVersion() {
    return 90501;
}

API const char* cudnnGetErrorString(int status) {
    switch (status) {
        case CUDNN_SUCCESS: return "CUDNN_STATUS_SUCCESS";
        case CUDNN_NOT_INITIALIZED: return "CUDNN_STATUS_NOT_INITIALIZED";
        case CUDNN_BAD_PARAM: return "CUDNN_STATUS_BAD_PARAM";
        case CUDNN_DEVICE_ALLOCATION_FAILED: return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
        case CUDNN_NOT_SUPPORTED: return "CUDNN_STATUS_NOT_SUPPORTED";
        case CUDNN_EXECUTION_FAILED: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_STATUS unknown";
    }
}

API int cudnnCreate(Handle** handle) {
    Locked locked;
    Result result = emulator::readyToMake("cudnnCreate");
    if (result != SUCCESS) return result == OUT_OF_MEMORY ? CUDNN_DEVICE_ALLOCATION_FAILED : CUDNN_NOT_INITIALIZED;
    *handle = new Handle{emulator::currentCard()};
    emulator::countHandle(1);
    return CUDNN_SUCCESS;
}

API int cudnnDestroy(Handle* handle) {
    Locked locked;
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    emulator::countHandle(-1);
    delete handle;
    return CUDNN_SUCCESS;
}

API int cudnnSetStream(Handle* handle, Stream* stream) {
    Locked locked;
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    if (emulator::cardOf(stream) != handle->card) return wrong("handle and stream belong to two GPUs");
    handle->stream = stream;
    return CUDNN_SUCCESS;
}

API int cudnnGetStream(Handle* handle, Stream** stream) {
    if (handle == nullptr) return CUDNN_NOT_INITIALIZED;
    *stream = handle->stream;
    return CUDNN_SUCCESS;
}

// ---- Descriptors

namespace {

template <class Descriptor>
Status create(Descriptor** descriptor) {
    *descriptor = new Descriptor;
    return CUDNN_SUCCESS;
}

template <class Descriptor>
Status destroy(Descriptor* descriptor) {
    delete descriptor;
    return CUDNN_SUCCESS;
}

Status setTensor(Tensor* tensor, int type, std::vector<long> dims, std::vector<long> strides) {
    if (tensor == nullptr) return wrong("a descriptor is null");
    if (type != FLOAT32 && type != BFLOAT16) return unsupported("data type " + std::to_string(type));
    for (size_t i = 0; i < dims.size(); i++) {
        if (dims[i] < 1 || strides[i] < 1) return wrong("a dimension or a stride of a descriptor is below 1");
    }
    tensor->type = type;
    tensor->dims = std::move(dims);
    tensor->strides = std::move(strides);
    return CUDNN_SUCCESS;
}

Status checkDims(int count, const int* dims) {
    if (dims == nullptr) return wrong("dimensions are null");
    if (count >= MIN_DIMS && count <= MAX_DIMS) return CUDNN_SUCCESS;
    return unsupported("descriptors of " + std::to_string(count) + " dimensions");
}

Status checkFormat(int format) {
    return format == NCHW || format == NHWC ? CUDNN_SUCCESS : unsupported("format " + std::to_string(format));
}

}  // namespace

API int cudnnCreateTensorDescriptor(Tensor** tensor) { return create(tensor); }
API int cudnnDestroyTensorDescriptor(Tensor* tensor) { return destroy(tensor); }
API int cudnnCreateFilterDescriptor(Filter** filter) { return create(filter); }
API int cudnnDestroyFilterDescriptor(Filter* filter) { return destroy(filter); }
API int cudnnCreateConvolutionDescriptor(Convolution** convolution) { return create(convolution); }
API int cudnnDestroyConvolutionDescriptor(Convolution* convolution) { return destroy(convolution); }

API int cudnnCreatePoolingDescriptor(Pooling** pooling) { return create(pooling); }
API int cudnnDestroyPoolingDescriptor(Pooling* pooling) { return destroy(pooling); }

API int cudnnSetTensorNdDescriptor(Tensor* tensor, int type, int count, const int* dims, const int* strides) {
    REQUIRE(checkDims(count, dims));
    if (strides == nullptr) return wrong("strides are null");
    return setTensor(tensor, type, {dims, dims + count}, {strides, strides + count});
}

API int cudnnSetTensorNdDescriptorEx(Tensor* tensor, int format, int type, int count, const int* dims) {
    REQUIRE(checkDims(count, dims));
    REQUIRE(checkFormat(format));
    std::vector<long> sizes(dims, dims + count);
    return setTensor(tensor, type, sizes, denseStrides(sizes, format));
}

API int cudnnSetTensor4dDescriptor(Tensor* tensor, int format, int type, int n, int c, int h, int w) {
    int dims[] = {n, c, h, w};
    return cudnnSetTensorNdDescriptorEx(tensor, format, type, 4, dims);
}

/** The dimensions are (K, C, spatial) in both formats; with NHWC the memory is (K, spatial, C). */
API int cudnnSetFilterNdDescriptor(Filter* filter, int type, int format, int count, const int* dims) {
    REQUIRE(checkDims(count, dims));
    REQUIRE(checkFormat(format));
    std::vector<long> sizes(dims, dims + count);
    REQUIRE(setTensor(filter, type, sizes, denseStrides(sizes, format)));
    filter->format = format;
    return CUDNN_SUCCESS;
}

API int cudnnSetConvolutionNdDescriptor(Convolution* convolution, int count, const int* pads, const int* strides,
                                        const int* dilations, int mode, int computeType) {
    REQUIRE(requireAll("cudnnSetConvolutionNdDescriptor", convolution, pads, strides, dilations));
    if (count < MIN_DIMS - 2 || count > MAX_DIMS - 2) return unsupported("convolutions of this many dimensions");
    if (mode != 1) return unsupported("a convolution that is not a cross-correlation");
    if (computeType != FLOAT32) return unsupported("a convolution that computes in another type than float32");
    for (int i = 0; i < count; i++) {
        if (pads[i] < 0 || strides[i] < 1 || dilations[i] < 1) return wrong("padding, stride or dilation");
    }
    convolution->pads.assign(pads, pads + count);
    convolution->strides.assign(strides, strides + count);
    convolution->dilations.assign(dilations, dilations + count);
    return CUDNN_SUCCESS;
}

API int cudnnSetConvolutionGroupCount(Convolution* convolution, int groups) {
    if (convolution == nullptr || groups < 1) return wrong("group count");
    convolution->groups = groups;
    return CUDNN_SUCCESS;
}

API int cudnnSetConvolutionMathType(Convolution* convolution, int mathType) {
    if (convolution == nullptr || mathType < 0 || mathType > 3) return wrong("math type");
    convolution->mathType = mathType;
    return CUDNN_SUCCESS;
}
