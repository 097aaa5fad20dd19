// Modules, kernel launches and graphs of the emulated driver. Kernels are already machine code: libkernels.so next to
// this library contains every .cu file of the project, compiled by g++. A module is only a text that names them.
#include "driver.h"

#include <cstring>
#include <dlfcn.h>

#include "kernel.h"

namespace {

/** A kernel in a GPU's module. */
struct Function {
    const Kernel* kernel;
    Card* card;
};

struct Module {
    std::string text;
    Card* card;
    std::map<std::string, Function> functions;
};

/** Returns an existing graph of the current GPU. */
bool usable(Graph* graph) {
    return driver().graphs.count(graph) > 0 && emulator::isCurrent(graph->card, "a graph");
}

/** Loads libkernels.so from the folder of this library. */
void* kernelLibrary() {
    static void* library = [] {
        Dl_info self;
        dladdr(reinterpret_cast<void*>(&kernelLibrary), &self);
        std::string path = self.dli_fname;
        path = path.substr(0, path.rfind('/') + 1) + "libkernels.so";
        void* opened = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (opened == nullptr) emulator::complain(dlerror());
        return opened;
    }();
    return library;
}

const Kernel* find(const char* name) {
    if (kernelLibrary() == nullptr) return nullptr;
    return static_cast<const Kernel*>(dlsym(kernelLibrary(), (std::string("kernel_") + name).c_str()));
}

/** Returns the lower-case letters at the start of a name: the part that remains when macros compose names. */
std::string stem(const std::string& name) {
    return name.substr(0, name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
}

Result checkGrid(const Kernel* kernel, KernelGrid grid) {
    auto dimension = [](unsigned value, unsigned limit) { return value >= 1 && value <= limit; };
    bool fits = dimension(grid.gridX, 2147483647) && dimension(grid.gridY, 65535) && dimension(grid.gridZ, 65535)
            && dimension(grid.blockX, 1024) && dimension(grid.blockY, 1024) && dimension(grid.blockZ, 64)
            && size_t{grid.blockX} * grid.blockY * grid.blockZ <= 1024;
    if (fits) return SUCCESS;
    auto text = [](unsigned x, unsigned y, unsigned z) {
        return std::to_string(x) + "x" + std::to_string(y) + "x" + std::to_string(z);
    };
    emulator::complain(std::string(kernel->name) + ": a grid of " + text(grid.gridX, grid.gridY, grid.gridZ) +
                       " blocks of " + text(grid.blockX, grid.blockY, grid.blockZ) + " threads is not allowed");
    return INVALID_VALUE;
}

/** The values of a launch's parameters at the time of the call. */
std::vector<std::vector<char>> copyParameters(const Kernel* kernel, void** parameters) {
    std::vector<std::vector<char>> values;
    for (int i = 0; i < kernel->parameterCount; i++) {
        auto* bytes = static_cast<char*>(parameters[i]);
        values.emplace_back(bytes, bytes + kernel->parameters[i].size);
    }
    return values;
}

/** A pointer must be null or point into device memory; how far the kernel reads from there is unknown. */
bool pointersAreOnTheDevice(const Kernel* kernel, const std::vector<std::vector<char>>& values) {
    for (int i = 0; i < kernel->parameterCount; i++) {
        void* address;
        if (!kernel->parameters[i].pointer) continue;
        std::memcpy(&address, values[i].data(), sizeof address);
        std::string what = std::string(kernel->name) + ", parameter " + std::to_string(i);
        if (address != nullptr && !emulator::inDeviceMemory(address, 0, what)) return false;
    }
    return true;
}

void run(const Kernel* kernel, std::vector<std::vector<char>> values, KernelGrid grid) {
    if (!pointersAreOnTheDevice(kernel, values)) return;
    std::vector<void*> parameters;
    for (auto& value : values) parameters.push_back(value.data());
    driver().counters.kernelsRun++;
    const char* error = kernel->run(parameters.data(), grid);
    if (error != nullptr) emulator::fail(LAUNCH_FAILED, std::string(kernel->name) + ": " + error);
    checkRedZones(kernel->name);
}

}  // namespace

API int cuModuleLoadData(Module** module, const void* image) {
    Locked locked;
    TRY(emulator::ready());
    if (image == nullptr) return INVALID_VALUE;
    *module = new Module{static_cast<const char*>(image), emulator::currentCard(), {}};
    return SUCCESS;
}

API int cuModuleLoadDataEx(Module** module, const void* image, unsigned, int*, void**) {
    return cuModuleLoadData(module, image);
}

API int cuModuleUnload(Module* module) {
    Locked locked;
    TRY(emulator::readyOutsideCapture("cuModuleUnload"));
    if (!emulator::isCurrent(module->card, "a module")) return INVALID_HANDLE;
    drainAll(module->card);
    delete module;
    return driver().sticky;
}

/** A kernel belongs to the module if the text contains its name, or the stem of a name that a macro composes. */
API int cuModuleGetFunction(const Function** function, Module* module, const char* name) {
    Locked locked;
    TRY(emulator::ready());
    if (!emulator::isCurrent(module->card, "a module")) return INVALID_HANDLE;
    const Kernel* kernel = find(name);
    std::string part = stem(name);
    bool named = module->text.find(name) != std::string::npos
            || (part.size() > 1 && module->text.find(part) != std::string::npos);
    if (kernel == nullptr || !named) return NOT_FOUND;
    *function = &(module->functions[name] = {kernel, module->card});
    return SUCCESS;
}

API int cuFuncGetAttribute(int* value, int attribute, const Function*) {
    *value = attribute == 0 ? 1024 : 0;  // threads per block at most
    return SUCCESS;
}

API int cuFuncSetAttribute(const Function*, int, int) {
    return SUCCESS;
}

API int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, const Function*, int blockSize, size_t) {
    if (blockSize < 1 || blockSize > 1024) return INVALID_VALUE;
    *blocks = 2048 / blockSize > 32 ? 32 : 2048 / blockSize;
    return SUCCESS;
}

API int cuLaunchKernel(const Function* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                       unsigned blockY, unsigned blockZ, unsigned sharedBytes, Stream* stream, void** parameters,
                       void** extra) {
    Locked locked;
    TRY(emulator::ready());
    if (function == nullptr || !emulator::isCurrent(function->card, "a kernel")) return INVALID_HANDLE;
    const Kernel* kernel = function->kernel;
    KernelGrid grid{gridX, gridY, gridZ, blockX, blockY, blockZ};
    TRY(checkGrid(kernel, grid));
    if (sharedBytes != 0 || extra != nullptr) {
        emulator::complain(std::string(kernel->name) + ": dynamic shared memory and `extra` are not emulated");
        return NOT_SUPPORTED;
    }
    if (parameters == nullptr && kernel->parameterCount > 0) return INVALID_VALUE;
    driver().counters.launches++;
    auto values = copyParameters(kernel, parameters);
    return emulator::enqueue(stream, [=] { run(kernel, values, grid); });
}

// ---- Graphs: a list of work, run in order as one entry of the launching stream

API int cuGraphInstantiateWithFlags(Graph** executable, Graph* graph, unsigned long long) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(graph)) return INVALID_VALUE;
    *executable = new Graph(*graph);
    driver().graphs.insert(*executable);
    return SUCCESS;
}

API int cuGraphLaunch(Graph* executable, Stream* stream) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(executable)) return INVALID_VALUE;
    driver().counters.graphLaunches++;
    auto nodes = executable->nodes;
    return emulator::enqueue(stream, [nodes] {
        for (const Work& node : *nodes) {
            if (driver().sticky == SUCCESS) node();
        }
    });
}

API int cuGraphUpload(Graph* executable, Stream*) {
    Locked locked;
    TRY(emulator::ready());
    return usable(executable) ? SUCCESS : INVALID_VALUE;
}

API int cuGraphDestroy(Graph* graph) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(graph)) return INVALID_VALUE;
    driver().graphs.erase(graph);
    delete graph;
    return SUCCESS;
}

API int cuGraphExecDestroy(Graph* executable) {
    return cuGraphDestroy(executable);
}

/** Returns the number of nodes; handles of nodes are not emulated. */
API int cuGraphGetNodes(Graph* graph, void** nodes, size_t* count) {
    Locked locked;
    TRY(emulator::ready());
    if (!usable(graph)) return INVALID_VALUE;
    *count = graph->nodes->size();
    return nodes == nullptr ? SUCCESS : NOT_SUPPORTED;
}

// ---- Names of errors

namespace {

const std::map<int, const char*> NAMES = {
    {SUCCESS, "CUDA_SUCCESS"}, {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY"}, {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE"}, {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE"}, {NOT_FOUND, "CUDA_ERROR_NOT_FOUND"},
    {NOT_READY, "CUDA_ERROR_NOT_READY"}, {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED"}, {NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED"},
    {CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"},
    {CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"},
    {CAPTURE_MERGE, "CUDA_ERROR_STREAM_CAPTURE_MERGE"}, {CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED"},
    {CAPTURE_UNJOINED, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED"},
    {CAPTURE_ISOLATION, "CUDA_ERROR_STREAM_CAPTURE_ISOLATION"},
    {CAPTURE_IMPLICIT, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT"}, {CAPTURED_EVENT, "CUDA_ERROR_CAPTURED_EVENT"},
    {CAPTURE_WRONG_THREAD, "CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD"}};

}  // namespace

API int cuGetErrorName(int error, const char** name) {
    auto found = NAMES.find(error);
    *name = found == NAMES.end() ? nullptr : found->second;
    return found == NAMES.end() ? INVALID_VALUE : SUCCESS;
}

/** The description is the name only. */
API int cuGetErrorString(int error, const char** text) {
    return cuGetErrorName(error, text);
}
