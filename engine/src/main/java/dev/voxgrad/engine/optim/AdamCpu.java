package dev.voxgrad.engine.optim;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.CpuDevice;
import dev.voxgrad.engine.device.CpuStorage;
import dev.voxgrad.engine.device.cpu.Lanes;
import dev.voxgrad.engine.device.cpu.Ranges;

/**
 * Implements {@link AdamKernels} with the Vector API. The scalar tail performs the same operations in the same order,
 * so that the update of a value does not depend on the vector width.
 */
record AdamCpu(CpuDevice device) implements AdamKernels {
    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public void step(Tensor parameter, Tensor gradient, Tensor mean, Tensor square, AdamUpdate update) {
        float[] p = CpuStorage.array(parameter);
        float[] g = CpuStorage.array(gradient);
        float[] m = CpuStorage.array(mean);
        float[] v = CpuStorage.array(square);
        Factors factors = Factors.of(update);
        Ranges.parallel(device, parameter.shape().elements(), (from, to) -> step(p, g, m, v, factors, from, to));
    }

    /** Holds the update's constants in float32, computed once in double. */
    private record Factors(
            float penalty,
            float shrink,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float rootCorrection,
            float eps,
            float minusStepSize) {
        static Factors of(AdamUpdate update) {
            return new Factors(
                    (float) update.penalty(),
                    (float) update.shrink(),
                    (float) update.beta1(),
                    (float) (1 - update.beta1()),
                    (float) update.beta2(),
                    (float) (1 - update.beta2()),
                    (float) update.rootCorrection(),
                    (float) update.eps(),
                    (float) -update.stepSize());
        }
    }

    private static void step(float[] p, float[] g, float[] m, float[] v, Factors f, int from, int to) {
        FloatVector penalty = FloatVector.broadcast(S, f.penalty);
        FloatVector beta1 = FloatVector.broadcast(S, f.beta1);
        FloatVector beta2 = FloatVector.broadcast(S, f.beta2);
        FloatVector minusStepSize = FloatVector.broadcast(S, f.minusStepSize);
        int i = from;
        for (; i <= to - S.length(); i += S.length()) {
            FloatVector before = FloatVector.fromArray(S, p, i);
            FloatVector gradient = before.fma(penalty, FloatVector.fromArray(S, g, i));
            FloatVector mean = FloatVector.fromArray(S, m, i).fma(beta1, gradient.mul(f.rest1));
            FloatVector square = FloatVector.fromArray(S, v, i)
                    .fma(beta2, gradient.mul(gradient).mul(f.rest2));
            FloatVector deviation = square.sqrt().div(f.rootCorrection).add(f.eps);
            mean.intoArray(m, i);
            square.intoArray(v, i);
            mean.div(deviation).fma(minusStepSize, before.mul(f.shrink)).intoArray(p, i);
        }
        for (; i < to; i++) {
            float gradient = Math.fma(p[i], f.penalty, g[i]);
            m[i] = Math.fma(m[i], f.beta1, gradient * f.rest1);
            v[i] = Math.fma(v[i], f.beta2, gradient * gradient * f.rest2);
            float deviation = (float) Math.sqrt(v[i]) / f.rootCorrection + f.eps;
            p[i] = Math.fma(m[i] / deviation, f.minusStepSize, p[i] * f.shrink);
        }
    }
}
