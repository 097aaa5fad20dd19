package dev.voxgrad.engine.optim;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/**
 * Implements {@link SgdKernels} with the Vector API; the scalar tails perform the same operations in the same order.
 */
record SgdCpu(CpuDevice device) implements SgdKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void plain(Tensor parameter, Tensor gradient, SgdUpdate update) {
        float[] p = CpuStorage.array(parameter);
        float[] g = CpuStorage.array(gradient);
        float minusRate = (float) -update.learningRate();
        float decay = (float) update.weightDecay();
        Ranges.parallel(device, parameter.shape().elements(), (from, to) -> plain(p, g, minusRate, decay, from, to));
    }

    @Override
    public void withMomentum(Tensor parameter, Tensor gradient, Tensor velocity, SgdUpdate update) {
        float[] p = CpuStorage.array(parameter);
        float[] g = CpuStorage.array(gradient);
        float[] b = CpuStorage.array(velocity);
        float minusRate = (float) -update.learningRate();
        float decay = (float) update.weightDecay();
        float momentum = (float) update.momentum();
        boolean nesterov = update.nesterov();
        Ranges.parallel(
                device,
                parameter.shape().elements(),
                (from, to) -> withMomentum(p, g, b, minusRate, decay, momentum, nesterov, from, to));
    }

    private static void plain(float[] p, float[] g, float minusRate, float decay, int from, int to) {
        FloatVector rates = FloatVector.broadcast(S, minusRate);
        FloatVector decays = FloatVector.broadcast(S, decay);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector before = FloatVector.fromArray(S, p, i);
            before.fma(decays, FloatVector.fromArray(S, g, i))
                    .fma(rates, before)
                    .intoArray(p, i);
        }
        for (; i < to; i++) {
            p[i] = Math.fma(Math.fma(p[i], decay, g[i]), minusRate, p[i]);
        }
    }

    private static void withMomentum(
            float[] p,
            float[] g,
            float[] b,
            float minusRate,
            float decay,
            float momentum,
            boolean nesterov,
            int from,
            int to) {
        FloatVector rates = FloatVector.broadcast(S, minusRate);
        FloatVector decays = FloatVector.broadcast(S, decay);
        FloatVector momenta = FloatVector.broadcast(S, momentum);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector before = FloatVector.fromArray(S, p, i);
            FloatVector decayed = before.fma(decays, FloatVector.fromArray(S, g, i));
            FloatVector velocity = FloatVector.fromArray(S, b, i).fma(momenta, decayed);
            velocity.intoArray(b, i);
            FloatVector direction = nesterov ? velocity.fma(momenta, decayed) : velocity;
            direction.fma(rates, before).intoArray(p, i);
        }
        for (; i < to; i++) {
            float decayed = Math.fma(p[i], decay, g[i]);
            b[i] = Math.fma(b[i], momentum, decayed);
            float direction = nesterov ? Math.fma(b[i], momentum, decayed) : b[i];
            p[i] = Math.fma(direction, minusRate, p[i]);
        }
    }
}
