// Emulated cuBLAS: matrix products as three loops with sums in double, queued on the handle's stream. CUDA is the major
// version, which is set when it is compiled.
#include <algorithm>

#include "emulator.h"
#include "numbers.h"

namespace {

enum Cublas : int {
    CUBLAS_SUCCESS = 0,
    CUBLAS_NOT_INITIALIZED = 1,
    CUBLAS_ALLOC_FAILED = 3,
    CUBLAS_INVALID_VALUE = 7,
    CUBLAS_EXECUTION_FAILED = 13,
    CUBLAS_NOT_SUPPORTED = 15,
};

constexpr int FLOAT32 = 0;
constexpr int BFLOAT16 = 14;
constexpr int COMPUTE_32F = 68;
constexpr int COMPUTE_32F_LAST = 77;  // 32F and its variants: pedantic, fast 16F, fast 16BF, fast TF32

constexpr int TF32_MATH = 3;
constexpr int VERSION[] = {CUDA, CUDA == 12 ? 6 : 0, 0};

struct Handle {
    Card* card;
    Stream* stream = nullptr;
    int mathMode = 0;
};

/** Rounds to the nearest number with the ten bits of mantissa that TF32 keeps, ties to even. */
double toTf32(double value) {
    float narrow = static_cast<float>(value);
    uint32_t bits;
    std::memcpy(&bits, &narrow, sizeof bits);
    bits = (bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFFu;
    std::memcpy(&narrow, &bits, sizeof narrow);
    return value != value ? value : narrow;
}

/** A factor of a product: column-major, possibly `transposed` in the product, and possibly rounded to TF32. */
struct Matrix {
    Numbers numbers;
    long leading;
    bool transposed = false;
    bool tf32 = false;

    double at(long row, long column) const {
        double value = transposed ? numbers.get(row * leading + column) : numbers.get(column * leading + row);
        return tf32 ? toTf32(value) : value;
    }

    /** Returns the number of stored rows, for a matrix of this size in the product. */
    long storedRows(long rows, long columns) const {
        return transposed ? columns : rows;
    }

    bool check(long rows, long columns, const char* name) const {
        long stored = storedRows(rows, columns);
        long others = transposed ? rows : columns;
        size_t bytes = ((others - 1) * leading + stored) * numbers.size();
        return emulator::inDeviceMemory(numbers.address, bytes, std::string("matrix ") + name + " of a product");
    }
};

Cublas wrong(const std::string& why) {
    emulator::complain("cuBLAS: " + why);
    return CUBLAS_INVALID_VALUE;
}

/** Computes C (m, n) = alpha A (m, k) B (k, n) + beta C. */
void multiply(long m, long n, long k, double alpha, Matrix a, Matrix b, double beta, Matrix c) {
    if (!(k == 0 || (a.check(m, k, "A") && b.check(k, n, "B"))) || !c.check(m, n, "C")) return;
    for (long column = 0; column < n; column++) {
        for (long row = 0; row < m; row++) {
            double sum = 0;
            for (long i = 0; i < k; i++) sum += a.at(row, i) * b.at(i, column);
            c.numbers.blend(column * c.leading + row, alpha, sum, beta);
        }
    }
}

Cublas product(Handle* handle, int transposeA, int transposeB, int m, int n, int k, const float* alpha,
               Matrix a, Matrix b, const float* beta, Matrix c) {
    Locked locked;
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    if (transposeA < 0 || transposeA > 2 || transposeB < 0 || transposeB > 2) return wrong("no such transposition");
    if (m < 0 || n < 0 || k < 0) return wrong("a size is negative");
    if (alpha == nullptr || beta == nullptr) return wrong("alpha or beta is null");
    a.transposed = transposeA != 0;
    b.transposed = transposeB != 0;
    a.tf32 = b.tf32 = handle->mathMode == TF32_MATH && !a.numbers.bfloat16;
    auto fits = [](long leading, long rows) { return leading >= std::max(1L, rows); };
    if (!fits(a.leading, a.storedRows(m, k))) return wrong("lda is smaller than A's rows");
    if (!fits(b.leading, b.storedRows(k, n))) return wrong("ldb is smaller than B's rows");
    if (!fits(c.leading, m)) return wrong("ldc is smaller than C's rows");
    if (m == 0 || n == 0) return CUBLAS_SUCCESS;
    if (emulator::ready() != SUCCESS) return CUBLAS_EXECUTION_FAILED;
    if (!emulator::isCurrent(handle->card, "cuBLAS's handle")) return CUBLAS_EXECUTION_FAILED;
    double scale = *alpha;
    double keep = *beta;
    Result result = emulator::enqueue(handle->stream, [=] { multiply(m, n, k, scale, a, b, keep, c); });
    return result == SUCCESS ? CUBLAS_SUCCESS : CUBLAS_EXECUTION_FAILED;
}

Matrix matrix(const void* address, int type, long leading) {
    return {{const_cast<void*>(address), type == BFLOAT16}, leading};
}

bool known(int type) {
    return type == FLOAT32 || type == BFLOAT16;
}

}  // namespace

API int cublasCreate_v2(Handle** handle) {
    Locked locked;
    Result result = emulator::readyToMake("cublasCreate");
    if (result != SUCCESS) return result == OUT_OF_MEMORY ? CUBLAS_ALLOC_FAILED : CUBLAS_NOT_INITIALIZED;
    *handle = new Handle{emulator::currentCard()};
    emulator::countHandle(1);
    return CUBLAS_SUCCESS;
}

API int cublasDestroy_v2(Handle* handle) {
    Locked locked;
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    emulator::countHandle(-1);
    delete handle;
    return CUBLAS_SUCCESS;
}

API int cublasSetStream_v2(Handle* handle, Stream* stream) {
    Locked locked;
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    if (emulator::cardOf(stream) != handle->card) return wrong("handle and stream belong to two GPUs");
    handle->stream = stream;
    return CUBLAS_SUCCESS;
}

API int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
    Locked locked;
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    if (reinterpret_cast<uintptr_t>(workspace) % 256 != 0) return wrong("the workspace is not aligned to 256 bytes");
    if (bytes == 0) return CUBLAS_SUCCESS;
    return emulator::inDeviceMemory(workspace, bytes, "cuBLAS' workspace") ? CUBLAS_SUCCESS : CUBLAS_INVALID_VALUE;
}

API int cublasSetMathMode(Handle* handle, int mode) {
    Locked locked;
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    if (mode != 0 && mode != TF32_MATH) return CUBLAS_NOT_SUPPORTED;
    handle->mathMode = mode;
    return CUBLAS_SUCCESS;
}

/** Only scalars in host memory (0) are emulated. */
API int cublasSetPointerMode_v2(Handle* handle, int mode) {
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    return mode == 0 ? CUBLAS_SUCCESS : CUBLAS_NOT_SUPPORTED;
}

API int cublasGetVersion_v2(Handle* handle, int* version) {
    if (handle == nullptr) return CUBLAS_NOT_INITIALIZED;
    *version = VERSION[0] * 10000 + VERSION[1] * 100 + VERSION[2];
    return CUBLAS_SUCCESS;
}

/** The properties are the parts of the version: major, minor and patch. */
API int cublasGetProperty(int property, int* value) {
    if (property < 0 || property > 2) return CUBLAS_INVALID_VALUE;
    *value = VERSION[property];
    return CUBLAS_SUCCESS;
}

API int cublasSgemm_v2(Handle* handle, int transposeA, int transposeB, int m, int n, int k, const float* alpha,
                       const float* a, int lda, const float* b, int ldb, const float* beta, float* c, int ldc) {
    return product(handle, transposeA, transposeB, m, n, k, alpha, matrix(a, FLOAT32, lda), matrix(b, FLOAT32, ldb),
                   beta, matrix(c, FLOAT32, ldc));
}

/** A and B have the same type, float32 or bfloat16; C is float32, or bfloat16 if A and B are; sums are as in float32. */
API int cublasGemmEx(Handle* handle, int transposeA, int transposeB, int m, int n, int k, const void* alpha,
                     const void* a, int typeA, int lda, const void* b, int typeB, int ldb, const void* beta, void* c,
                     int typeC, int ldc, int computeType, int) {
    bool types = known(typeA) && typeB == typeA && known(typeC) && (typeC == FLOAT32 || typeA == BFLOAT16);
    if (!types || computeType < COMPUTE_32F || computeType > COMPUTE_32F_LAST) {
        emulator::complain("cuBLAS: these types are not supported: " + std::to_string(typeA) + ", "
                           + std::to_string(typeB) + ", " + std::to_string(typeC) + ", computed as "
                           + std::to_string(computeType));
        return CUBLAS_NOT_SUPPORTED;
    }
    return product(handle, transposeA, transposeB, m, n, k, static_cast<const float*>(alpha), matrix(a, typeA, lda),
                   matrix(b, typeB, ldb), static_cast<const float*>(beta), matrix(c, typeC, ldc));
}

API const char* cublasGetStatusName(int status) {
    switch (status) {
        case CUBLAS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
        case CUBLAS_NOT_INITIALIZED: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case CUBLAS_ALLOC_FAILED: return "CUBLAS_STATUS_ALLOC_FAILED";
        case CUBLAS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
        case CUBLAS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case CUBLAS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
        default: return "CUBLAS_STATUS unknown";
    }
}
