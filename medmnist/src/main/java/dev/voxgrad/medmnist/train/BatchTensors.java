package dev.voxgrad.medmnist.train;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.VolumeShape;

/** Turns batches of volumes into tensors. */
final class BatchTensors {
    private BatchTensors() {}

    /** Copies a batch's volumes to a device, as a tensor (N,C,X,Y,Z). */
    static Tensor input(Device device, Batch batch) {
        return Tensor.ofChannelsLast(device, shape(batch.size(), batch.shape()), batch.inputs());
    }

    /** Returns the shape of that many volumes, (N,C,X,Y,Z). */
    static Shape shape(int volumes, VolumeShape each) {
        return Shape.of(volumes, each.channels(), each.x(), each.y(), each.z());
    }
}
