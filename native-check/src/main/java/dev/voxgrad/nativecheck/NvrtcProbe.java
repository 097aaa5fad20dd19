package dev.voxgrad.nativecheck;

import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;

import dev.voxgrad.nativecheck.Probe.CallFailed;

/** Runs in a child process: compiles a kernel, for which no GPU is needed. */
public final class NvrtcProbe {
    private static final String NAME = "scale.cu";
    private static final String SOURCE = """
            extern "C" __global__ void scale(float *values, float factor, int length) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < length) {
                    values[i] *= factor;
                }
            }
            """;

    private NvrtcProbe() {
    }

    /** Prints the answers. */
    public static void main(String[] args) {
        Probe.run(NvrtcProbe::compile);
    }

    private static void compile() throws CallFailed {
        nvrtcProgram program = new nvrtcProgram();
        check("nvrtcCreateProgram", JNvrtc.nvrtcCreateProgram(program, SOURCE, NAME, 0, null, null));
        long start = System.nanoTime();
        check("nvrtcCompileProgram", JNvrtc.nvrtcCompileProgram(program, 0, null));
        double milliseconds = (System.nanoTime() - start) / 1e6;
        String[] ptx = new String[1];
        check("nvrtcGetPTX", JNvrtc.nvrtcGetPTX(program, ptx));
        if (!ptx[0].contains(".entry scale")) {
            throw new CallFailed("nvrtcCompileProgram made PTX without the kernel");
        }
        SmokeTest.NVRTC.answer(0, milliseconds);
        check("nvrtcDestroyProgram", JNvrtc.nvrtcDestroyProgram(program));
    }

    private static void check(String call, int status) throws CallFailed {
        Probe.check(call, status, code -> JNvrtc.nvrtcGetErrorString(code) + " (" + code + ")");
    }
}
