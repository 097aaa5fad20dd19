package dev.voxgrad.engine.op.acsconv3d.cpu;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.op.acsconv3d.AcsWeights;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.cpu.acs.EmbeddedWeights;

/** {@link AcsWeights} on the CPU. */
public record AcsWeightsCpu(CpuDevice device) implements AcsWeights {
    @Override
    public void embed(AcsEmbedding embedding, Tensor weight, Tensor dense) {
        new EmbeddedWeights(device, embedding).embed(CpuStorage.array(weight), CpuStorage.array(dense));
    }

    @Override
    public void extract(AcsEmbedding embedding, Tensor dense, Tensor weight) {
        new EmbeddedWeights(device, embedding).extract(CpuStorage.array(dense), CpuStorage.array(weight));
    }
}
