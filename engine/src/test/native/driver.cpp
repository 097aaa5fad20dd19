// State, memory, copies and device queries of the emulated driver.
#include "driver.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr size_t ALIGNMENT = 256;
constexpr size_t RED_ZONE = 256;
constexpr int POISON = 0xFF;

/** The GPU whose context is current on this thread, and the context's generation. */
thread_local Card* chosenCard = nullptr;
thread_local long chosenGeneration = 0;

/** Returns the GPU with an ordinal; null if there is none. Its object is created on first use. */
Card* cardAt(int ordinal) {
    if (ordinal < 0 || ordinal >= driver().visibleCards) return nullptr;
    Card*& card = driver().cards[ordinal];
    if (card == nullptr) card = new Card(ordinal);
    return card;
}

/** Returns the GPU whose context has this address; null if there is none. */
Card* cardOfContext(void* context) {
    for (auto [ordinal, card] : driver().cards) {
        if (card == context && card->retained > 0) return card;
    }
    return nullptr;
}

std::string hex(uintptr_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%lx", value);
    return text;
}

/** Up to the length of two zones. This is checked for every allocation after every kernel. */
bool isPoison(const unsigned char* bytes, size_t length) {
    static const std::vector<unsigned char> poison(2 * RED_ZONE, POISON);
    return std::memcmp(bytes, poison.data(), length) == 0;
}

size_t padded(size_t bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

using Entry = std::map<uintptr_t, Allocation>::iterator;

void release(Entry entry) {
    entry->second.card->liveBytes -= entry->second.bytes;
    std::free(reinterpret_cast<char*>(entry->first) - RED_ZONE);
    driver().allocations.erase(entry);
}

}  // namespace

int cardsOfEnvironment() {
    const char* text = std::getenv("VOXGRAD_EMULATED_GPUS");
    return text == nullptr ? 1 : std::atoi(text);
}

Driver& driver() {
    static Driver* instance = new Driver;
    return *instance;
}

std::recursive_mutex& emulator::lock() {
    static auto* mutex = new std::recursive_mutex;
    return *mutex;
}

void emulator::called(const char* function) {
    driver().counters.calls[function]++;
}

void emulator::complain(const std::string& why) {
    std::fprintf(stderr, "CUDA emulator: %s\n", why.c_str());
}

void emulator::fail(Result result, const std::string& why) {
    complain(why);
    if (driver().sticky == SUCCESS) driver().sticky = result;
}

Card* emulator::currentCard() {
    bool current = chosenCard != nullptr && chosenCard->retained > 0 && chosenGeneration == chosenCard->generation;
    return current ? chosenCard : nullptr;
}

bool emulator::isCurrent(const Card* owner, const std::string& what) {
    if (owner == currentCard()) return true;
    complain(what + " belongs to GPU " + std::to_string(owner->ordinal) + ", whose context is not current");
    return false;
}

Result emulator::ready() {
    if (!driver().initialised) return NOT_INITIALIZED;
    if (currentCard() == nullptr) return INVALID_CONTEXT;
    return driver().sticky;
}

Result emulator::readyToMake(const char* call) {
    TRY(readyOutsideCapture(call));
    if (driver().mayMake == 0) return OUT_OF_MEMORY;
    driver().mayMake--;
    return SUCCESS;
}

void emulator::countHandle(int change) {
    driver().handles += change;
}

namespace {

bool isReachable(const Allocation& allocation, const std::string& what) {
    const Card* user = driver().atWork != nullptr ? driver().atWork : emulator::currentCard();
    if (allocation.card == user) return true;
    emulator::fail(ILLEGAL_ADDRESS, what + " is memory of GPU " + std::to_string(allocation.card->ordinal)
                   + (user == nullptr ? "" : ", which GPU " + std::to_string(user->ordinal) + " cannot reach"));
    return false;
}

}  // namespace

bool emulator::inDeviceMemory(const void* address, size_t bytes, const std::string& what) {
    auto start = reinterpret_cast<uintptr_t>(address);
    auto after = driver().allocations.upper_bound(start);
    if (after != driver().allocations.begin()) {
        auto [base, allocation] = *std::prev(after);
        size_t size = allocation.bytes;
        if (start - base <= size && bytes <= size - (start - base)) return isReachable(allocation, what);
        if (start - base < size) {
            fail(ILLEGAL_ADDRESS, what + ": " + std::to_string(bytes) + " bytes at " + hex(start)
                 + " go past the end of the allocation of " + std::to_string(size) + " bytes at " + hex(base));
            return false;
        }
    }
    fail(ILLEGAL_ADDRESS, what + ": " + std::to_string(bytes) + " bytes at " + hex(start) + " are in no allocation");
    return false;
}

/** The zone after an allocation starts at its last byte, because the padding belongs to no allocation. */
void checkRedZones(const std::string& after) {
    for (auto [base, allocation] : driver().allocations) {
        size_t size = allocation.bytes;
        auto* bytes = reinterpret_cast<unsigned char*>(base);
        size_t behind = padded(size) - size + RED_ZONE;
        bool before = isPoison(bytes - RED_ZONE, RED_ZONE);
        if (before && isPoison(bytes + size, behind)) continue;
        emulator::fail(ILLEGAL_ADDRESS, after + " wrote " + (before ? "past the end of" : "before") +
                       " the allocation of " + std::to_string(size) + " bytes at " + hex(base));
        std::memset(bytes - RED_ZONE, POISON, RED_ZONE);
        std::memset(bytes + size, POISON, behind);
    }
}

// ---- Initialisation, device and context

API int cuInit(unsigned flags) {
    Locked locked;
    driver().initialised = true;
    return flags == 0 ? SUCCESS : INVALID_VALUE;
}

API int cuDriverGetVersion(int* version) {
    *version = 13000;
    return SUCCESS;
}

API int cuDeviceGetCount(int* count) {
    Locked locked;
    *count = driver().visibleCards;
    return driver().initialised ? SUCCESS : NOT_INITIALIZED;
}

API int cuDeviceGet(int* device, int ordinal) {
    Locked locked;
    *device = ordinal;
    if (!driver().initialised) return NOT_INITIALIZED;
    return cardAt(ordinal) != nullptr ? SUCCESS : INVALID_DEVICE;
}

API int cuDeviceGetName(char* name, int length, int device) {
    Locked locked;
    if (length > 0) std::snprintf(name, length, "Emulated GPU");
    return cardAt(device) != nullptr ? SUCCESS : INVALID_DEVICE;
}

API int cuDeviceTotalMem_v2(size_t* bytes, int) {
    *bytes = driver().memoryLimit;
    return SUCCESS;
}

API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    static const std::map<int, int> ATTRIBUTES = {
        {1, 1024}, {2, 1024}, {3, 1024}, {4, 64}, {5, 2147483647}, {6, 65535}, {7, 65535},  // threads, block, grid
        {8, 48 << 10}, {10, 32}, {16, 132}, {75, 9}, {76, 0}};  // shared bytes, warp, SMs, compute capability
    Locked locked;
    auto found = ATTRIBUTES.find(attribute);
    *value = found == ATTRIBUTES.end() ? 0 : found->second;
    return cardAt(device) != nullptr ? SUCCESS : INVALID_DEVICE;
}

API int cuDeviceComputeCapability(int* major, int* minor, int device) {
    Locked locked;
    *major = 9;
    *minor = 0;
    return cardAt(device) != nullptr ? SUCCESS : INVALID_DEVICE;
}

API int cuDevicePrimaryCtxRetain(void** context, int device) {
    Locked locked;
    if (!driver().initialised) return NOT_INITIALIZED;
    Card* card = cardAt(device);
    if (card == nullptr) return INVALID_DEVICE;
    if (card->retained++ == 0) card->generation++;
    *context = card;
    return SUCCESS;
}

/** Releasing the last reference destroys the context and everything in it; it is no longer current on any thread. */
API int cuDevicePrimaryCtxRelease_v2(int device) {
    Locked locked;
    Card* card = cardAt(device);
    if (card == nullptr) return INVALID_DEVICE;
    if (card->retained == 0) return INVALID_CONTEXT;
    if (--card->retained > 0) return SUCCESS;
    drainAll(card);
    for (Entry entry = driver().allocations.begin(); entry != driver().allocations.end();) {
        Entry next = std::next(entry);
        if (entry->second.card == card) release(entry);
        entry = next;
    }
    return SUCCESS;
}

API int cuCtxSetCurrent(void* context) {
    Locked locked;
    if (!driver().initialised) return NOT_INITIALIZED;
    Card* card = cardOfContext(context);
    if (context != nullptr && card == nullptr) return INVALID_CONTEXT;
    chosenCard = card;
    chosenGeneration = card == nullptr ? 0 : card->generation;
    return SUCCESS;
}

API int cuCtxGetCurrent(void** context) {
    Locked locked;
    *context = emulator::currentCard();
    return SUCCESS;
}

// ---- Memory

API int cuMemGetInfo_v2(size_t* available, size_t* total) {
    Locked locked;
    TRY(emulator::ready());
    size_t used = emulator::currentCard()->liveBytes;
    *total = driver().memoryLimit;
    *available = driver().memoryLimit > used ? driver().memoryLimit - used : 0;
    return SUCCESS;
}

API int cuMemAlloc_v2(void** address, size_t bytes) {
    Locked locked;
    TRY(emulator::readyToMake("cuMemAlloc"));
    if (bytes == 0) return INVALID_VALUE;
    Driver& state = driver();
    Card* card = emulator::currentCard();
    if (bytes > state.memoryLimit || card->liveBytes > state.memoryLimit - bytes) return OUT_OF_MEMORY;
    size_t total = RED_ZONE + padded(bytes) + RED_ZONE;
    auto* memory = static_cast<char*>(std::aligned_alloc(ALIGNMENT, total));
    if (memory == nullptr) return OUT_OF_MEMORY;
    std::memset(memory, POISON, total);
    *address = memory + RED_ZONE;
    state.allocations[reinterpret_cast<uintptr_t>(*address)] = {bytes, card};
    card->liveBytes += bytes;
    state.counters.allocations++;
    return SUCCESS;
}

/** Waits for all work, like the real one; null is allowed. */
API int cuMemFree_v2(void* address) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuMemFree"));
    if (address == nullptr) return SUCCESS;
    auto entry = driver().allocations.find(reinterpret_cast<uintptr_t>(address));
    if (entry == driver().allocations.end()) return INVALID_VALUE;
    if (!emulator::isCurrent(entry->second.card, "memory to be freed")) return INVALID_VALUE;
    drainAll(entry->second.card);
    release(entry);
    driver().counters.frees++;
    return driver().sticky;
}

/** All GPUs may use it, whichever was current: with unified addresses, host memory is always portable. */
API int cuMemHostAlloc(void** address, size_t bytes, unsigned) {
    Locked locked;
    TRY(emulator::readyToMake("cuMemHostAlloc"));
    if (bytes == 0) return INVALID_VALUE;
    *address = std::aligned_alloc(ALIGNMENT, padded(bytes));
    if (*address == nullptr) return OUT_OF_MEMORY;
    std::memset(*address, POISON, bytes);
    driver().hostAllocations[*address] = bytes;
    driver().counters.hostAllocations++;
    return SUCCESS;
}

API int cuMemAllocHost_v2(void** address, size_t bytes) {
    return cuMemHostAlloc(address, bytes, 0);
}

API int cuMemFreeHost(void* address) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuMemFreeHost"));
    if (driver().hostAllocations.erase(address) == 0) return INVALID_VALUE;
    for (auto [ordinal, card] : driver().cards) drainAll(card);
    std::free(address);
    return driver().sticky;
}

// ---- Copies and fills. Addresses are checked, and host memory is read, when the work runs.

namespace {

enum class Kind { HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE };

Work copy(void* to, const void* from, size_t bytes, Kind kind) {
    return [=] {
        bool source = kind == Kind::HOST_TO_DEVICE || emulator::inDeviceMemory(from, bytes, "source of a copy");
        bool target = kind == Kind::DEVICE_TO_HOST || emulator::inDeviceMemory(to, bytes, "target of a copy");
        if (source && target) std::memmove(to, from, bytes);
    };
}

template <class T>
Work fill(void* to, T value, size_t count) {
    return [=] {
        if (!emulator::inDeviceMemory(to, count * sizeof(T), "target of a memset")) return;
        auto* values = static_cast<T*>(to);
        for (size_t i = 0; i < count; i++) values[i] = value;
    };
}

int copyNow(const char* call, Work work) {
    Locked locked;
    TRY(emulator::readyOutsideCapture(call));
    driver().counters.synchronousCopies++;
    TRY(emulator::enqueue(nullptr, std::move(work)));
    return emulator::finish(nullptr);
}

int copyLater(Stream* stream, Work work) {
    Locked locked;
    TRY(emulator::ready());
    driver().counters.asynchronousCopies++;
    return emulator::enqueue(stream, std::move(work));
}

int fillLater(Stream* stream, Work work) {
    Locked locked;
    TRY(emulator::ready());
    return emulator::enqueue(stream, std::move(work));
}

}  // namespace

API int cuMemcpyHtoD_v2(void* to, const void* from, size_t bytes) {
    return copyNow("cuMemcpyHtoD", copy(to, from, bytes, Kind::HOST_TO_DEVICE));
}

API int cuMemcpyDtoH_v2(void* to, const void* from, size_t bytes) {
    return copyNow("cuMemcpyDtoH", copy(to, from, bytes, Kind::DEVICE_TO_HOST));
}

API int cuMemcpyDtoD_v2(void* to, const void* from, size_t bytes) {
    return copyNow("cuMemcpyDtoD", copy(to, from, bytes, Kind::DEVICE_TO_DEVICE));
}

API int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, Stream* stream) {
    return copyLater(stream, copy(to, from, bytes, Kind::HOST_TO_DEVICE));
}

API int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, Stream* stream) {
    return copyLater(stream, copy(to, from, bytes, Kind::DEVICE_TO_HOST));
}

API int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, Stream* stream) {
    return copyLater(stream, copy(to, from, bytes, Kind::DEVICE_TO_DEVICE));
}

/** On a real device, too, a fill without a stream is only queued on the default stream. */
API int cuMemsetD32_v2(void* to, unsigned value, size_t count) {
    return fillLater(nullptr, fill<unsigned>(to, value, count));
}

API int cuMemsetD32Async(void* to, unsigned value, size_t count, Stream* stream) {
    return fillLater(stream, fill<unsigned>(to, value, count));
}

API int cuMemsetD8_v2(void* to, unsigned char value, size_t count) {
    return fillLater(nullptr, fill<unsigned char>(to, value, count));
}

API int cuMemsetD8Async(void* to, unsigned char value, size_t count, Stream* stream) {
    return fillLater(stream, fill<unsigned char>(to, value, count));
}

// ---- For the tests themselves

/** Returns a counter by its name, or the number of calls of a function of cuDNN; -1 if there is no such name. */
API long emulatorCount(const char* name) {
    Locked locked;
    const Counters& c = driver().counters;
    long liveBytes = 0;
    long liveContexts = 0;
    for (auto [ordinal, card] : driver().cards) {
        liveBytes += card->liveBytes;
        liveContexts += card->retained > 0;
    }
    const std::map<std::string, long> counts = {
        {"allocations", c.allocations}, {"frees", c.frees}, {"liveBytes", liveBytes},
        {"hostAllocations", c.hostAllocations}, {"synchronousCopies", c.synchronousCopies},
        {"asynchronousCopies", c.asynchronousCopies}, {"launches", c.launches}, {"graphLaunches", c.graphLaunches},
        {"synchronises", c.synchronises}, {"captures", c.captures}, {"kernelsRun", c.kernelsRun},
        {"liveHostAllocations", driver().hostAllocations.size()}, {"liveStreams", driver().streams.size()},
        {"liveEvents", driver().events.size()}, {"liveGraphs", driver().graphs.size()},
        {"liveHandles", driver().handles}, {"liveContexts", liveContexts}};
    auto found = counts.find(name);
    if (found != counts.end()) return found->second;
    auto call = c.calls.find(name);
    if (call != c.calls.end()) return call->second;
    return std::string(name).rfind("cudnn", 0) == 0 ? 0 : -1;
}

API void emulatorMemoryLimit(long bytes) {
    Locked locked;
    driver().memoryLimit = static_cast<size_t>(bytes);
}

/** Sets the number of visible GPUs. */
API void emulatorGpus(int count) {
    Locked locked;
    driver().visibleCards = count;
}

/** Sets how many more streams, events, pieces of memory and handles may be created; then the GPU has no more memory. */
API void emulatorMake(long more) {
    Locked locked;
    driver().mayMake = more;
}

/** Runs queued work, or drops it after an error; clears errors, captures, counters and limits. Keeps allocations. */
API void emulatorReset() {
    Locked locked;
    if (driver().sticky == SUCCESS) {
        for (auto [ordinal, card] : driver().cards) drainAll(card);
    }
    dropAll();
    driver().sticky = SUCCESS;
    driver().counters = Counters{};
    driver().memoryLimit = Driver{}.memoryLimit;
    driver().mayMake = Driver{}.mayMake;
}
