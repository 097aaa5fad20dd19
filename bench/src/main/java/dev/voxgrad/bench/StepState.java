package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.GpuEngine;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepEngine;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.cuda.GpuKernels;
import dev.voxgrad.engine.device.cuda.Precision;
import dev.voxgrad.medmnist.nets.Nets;

/**
 * Holds a net and a batch of random volumes in one of the engines. On a GPU, {@code -p device=cuda -p
 * precision=fp32,tf32,bf16}, the engine is Voxgrad: steps are replayed as CUDA graphs with the volumes already in GPU
 * memory, and the benchmark waits for each step.
 */
@State(Scope.Benchmark)
public class StepState {
    /**
     * The engine; {@code bench --peers} also has {@code libtorch}, {@code libtorch-untuned} and {@code nd4j}. They use
     * the allocator of the environment in which JMH is started; only the command {@code peers} chooses one for
     * libtorch.
     */
    @Param("voxgrad")
    public String engine;

    /** {@code cpu}, or {@code cuda} for engine voxgrad. */
    @Param("cpu")
    public String device;

    /** On a GPU: {@code fp32}, {@code tf32} or {@code bf16}. */
    @Param("fp32")
    public String precision;

    /** On a GPU: {@code own}, or {@code cudnn} for cuDNN's batch norm, pools and softmax. */
    @Param("own")
    public String kernels;

    /** Any net of the registry, such as {@code resnet18-3d}. */
    @Param({"net1", "net2", "net3"})
    public String net;

    @Param("1")
    public int channels;

    /** The edge of the volumes. */
    @Param("28")
    public int size;

    @Param("32")
    public int batch;

    /** The number of threads; 0 for all cores. */
    @Param("0")
    public int threads;

    StepEngine opened;

    /** Creates random weights, volumes and labels. */
    @Setup
    public void open() {
        StepCase work = new StepCase(Nets.named(net), channels, size, batch);
        EngineName name = EngineName.byFlag(engine);
        DeviceBenchmark.requireGpuFor(kernels, device);
        if (device.equals("cuda") && name == EngineName.VOXGRAD) {
            opened = GpuEngine.open(
                    work,
                    new CudaDevice.Settings(
                            Precision.byFlag(precision), false, true, GpuKernels.byFlag(kernels), _ -> {}),
                    GpuEngine.Volumes.RESIDENT);
        } else if (device.equals("cpu")) {
            int cores = Runtime.getRuntime().availableProcessors();
            opened = name.open(work, threads == 0 ? cores : threads);
        } else {
            throw new IllegalArgumentException("device: engine " + engine + " is not available on '" + device
                    + "'; choose cpu, or cuda with engine voxgrad");
        }
    }

    @TearDown
    public void close() {
        opened.close();
    }
}
