// Emulated NVRTC: "compiles" CUDA C by returning it as PTX and machine code, with its headers. The kernels themselves
// were compiled by g++ when the emulator was built. CUDA is the major version, which is set when this is compiled.
#include <string>

#include "emulator.h"

namespace {

enum Nvrtc : int { NVRTC_SUCCESS = 0, NVRTC_INVALID_INPUT = 3, NVRTC_INVALID_PROGRAM = 4, NVRTC_COMPILATION = 6 };

struct Program {
    std::string text;
    std::string log;
    bool compiled = false;
    bool machineCode = false;
};

}  // namespace

API int nvrtcVersion(int* major, int* minor) {
    *major = CUDA;
    *minor = CUDA == 12 ? 6 : 0;
    return NVRTC_SUCCESS;
}

API int nvrtcGetNumSupportedArchs(int* count) {
    *count = 2;
    return NVRTC_SUCCESS;
}

API int nvrtcGetSupportedArchs(int* architectures) {
    architectures[0] = 75;
    architectures[1] = 90;
    return NVRTC_SUCCESS;
}

API int nvrtcCreateProgram(Program** program, const char* source, const char*, int headerCount,
                           const char* const* headers, const char* const* headerNames) {
    if (source == nullptr || headerCount < 0) return NVRTC_INVALID_INPUT;
    if (headerCount > 0 && (headers == nullptr || headerNames == nullptr)) return NVRTC_INVALID_INPUT;
    *program = new Program;
    for (int i = 0; i < headerCount; i++) (*program)->text += std::string(headers[i]) + "\n";
    (*program)->text += source;
    return NVRTC_SUCCESS;
}

/**
 * Fails on any text that contains the word #error, so that a test can use a program that does not compile. There is
 * machine code only for architectures named sm_….
 */
API int nvrtcCompileProgram(Program* program, int optionCount, const char* const* options) {
    if (program == nullptr) return NVRTC_INVALID_PROGRAM;
    if (optionCount > 0 && options == nullptr) return NVRTC_INVALID_INPUT;
    size_t at = program->text.find("#error");
    program->compiled = at == std::string::npos;
    for (int i = 0; i < optionCount; i++) {
        std::string option = options[i];
        if (option.rfind("--gpu-architecture=", 0) != 0) continue;
        std::string architecture = option.substr(option.find('=') + 1);
        program->machineCode = architecture.rfind("sm_", 0) == 0;
        std::string number = architecture.substr(architecture.find('_') + 1);
        if (number != "75" && number != "90") return NVRTC_INVALID_INPUT;
    }
    if (program->compiled) return NVRTC_SUCCESS;
    program->log = "emulated compiler: " + program->text.substr(at, program->text.find('\n', at) - at) + "\n";
    return NVRTC_COMPILATION;
}

API int nvrtcGetPTX(Program* program, char* ptx);

API int nvrtcGetCUBINSize(Program* program, size_t* size) {
    if (program == nullptr || !program->compiled) return NVRTC_INVALID_PROGRAM;
    *size = program->machineCode ? program->text.size() + 1 : 0;
    return NVRTC_SUCCESS;
}

API int nvrtcGetCUBIN(Program* program, char* code) {
    if (program == nullptr || !program->compiled || !program->machineCode) return NVRTC_INVALID_PROGRAM;
    return nvrtcGetPTX(program, code);
}

API int nvrtcGetPTXSize(Program* program, size_t* size) {
    if (program == nullptr || !program->compiled) return NVRTC_INVALID_PROGRAM;
    *size = program->text.size() + 1;
    return NVRTC_SUCCESS;
}

API int nvrtcGetPTX(Program* program, char* ptx) {
    if (program == nullptr || !program->compiled) return NVRTC_INVALID_PROGRAM;
    program->text.copy(ptx, program->text.size());
    ptx[program->text.size()] = '\0';
    return NVRTC_SUCCESS;
}

API int nvrtcGetProgramLogSize(Program* program, size_t* size) {
    if (program == nullptr) return NVRTC_INVALID_PROGRAM;
    *size = program->log.size() + 1;
    return NVRTC_SUCCESS;
}

API int nvrtcGetProgramLog(Program* program, char* log) {
    if (program == nullptr) return NVRTC_INVALID_PROGRAM;
    program->log.copy(log, program->log.size());
    log[program->log.size()] = '\0';
    return NVRTC_SUCCESS;
}

API int nvrtcDestroyProgram(Program** program) {
    if (program == nullptr || *program == nullptr) return NVRTC_INVALID_PROGRAM;
    delete *program;
    *program = nullptr;
    return NVRTC_SUCCESS;
}

API const char* nvrtcGetErrorString(int result) {
    switch (result) {
        case NVRTC_SUCCESS: return "NVRTC_SUCCESS";
        case NVRTC_INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
        case NVRTC_INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
        case NVRTC_COMPILATION: return "NVRTC_ERROR_COMPILATION";
        default: return "NVRTC_ERROR unknown";
    }
}
