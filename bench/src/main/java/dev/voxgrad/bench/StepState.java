package dev.voxgrad.bench;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import dev.voxgrad.bench.step.EngineName;
import dev.voxgrad.bench.step.StepCase;
import dev.voxgrad.bench.step.StepEngine;
import dev.voxgrad.medmnist.nets.NetSpec;

/** A net and a batch of random volumes in one of the engines. */
@State(Scope.Benchmark)
public class StepState {
    /** Others are {@code libtorch} and {@code nd4j}, where {@code bench --peers} is used. */
    @Param("voxgrad")
    public String engine;

    @Param({"net1", "net2", "net3"})
    public String net;

    /** Edge of the volumes. */
    @Param("28")
    public int size;

    @Param("32")
    public int batch;

    /** 0 for all cores. */
    @Param("0")
    public int threads;

    StepEngine opened;

    /** Random weights, volumes and labels. */
    @Setup
    public void open() {
        StepCase work = new StepCase(NetSpec.byFlag(net), size, batch);
        int cores = Runtime.getRuntime().availableProcessors();
        opened = EngineName.byFlag(engine).open(work, threads == 0 ? cores : threads);
    }

    @TearDown
    public void close() {
        opened.close();
    }
}
