import java.util.Random;

import dev.voxgrad.engine.*;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.nn.*;
import dev.voxgrad.nn.optim.*;

void main() { // learns to see a faint 3D checkerboard in noise
    var device = CpuDevice.allCores();
    var net = new Sequential(new Conv3d(device, 1, 8, 3, 1), new BatchNorm3d(device, 8), new ReLU(),
            new AdaptiveAvgPool3d(1), new Flatten(), new Linear(device, 8, 2));
    Initialization.apply(net, 42);
    var optimizer = new Optimizer(new AdamW(0.02, 0.01), net.parameters());
    var random = new Random(1);
    for (int step = 1; step <= 60; step++) {
        int[] labels = random.ints(32, 0, 2).toArray();
        float[] volumes = new float[32 * 13 * 13 * 13];
        for (int i = 0; i < volumes.length; i++) {
            volumes[i] = (float) random.nextGaussian() + labels[i / 2197] * (i % 2 - 0.5f);
        }
        try (var _ = Scope.open()) { // releases the memory of the step at its end
            var loss = net.forward(Tensor.ofChannelsLast(device, Shape.of(32, 1, 13, 13, 13), volumes))
                    .crossEntropy(labels);
            optimizer.step(loss.backward());
            if (step % 20 == 0) IO.println("step %d: loss %.2f".formatted(step, loss.item()));
        }
    }
}
