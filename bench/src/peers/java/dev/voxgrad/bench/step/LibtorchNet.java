package dev.voxgrad.bench.step;

import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;

import dev.voxgrad.medmnist.nets.study.StudyNet;

/**
 * Represents a net in libtorch's C++ interface: modules with the same names as Voxgrad's layers.
 *
 * <p>An implementation keeps a reference to each of its modules, because a container does not: a module without a
 * reference in Java is freed.
 */
interface LibtorchNet extends AutoCloseable {
    /**
     * Builds the net of a case with libtorch's random weights.
     *
     * @throws EngineException if this net has no counterpart in libtorch
     */
    static LibtorchNet of(StepCase work, boolean tuned) {
        if (work.net() instanceof StudyNet net) {
            return new LibtorchStudyNet(work.channels(), net.widths());
        }
        return LibtorchResNet.named(work.net().name(), work.channels(), tuned);
    }

    /** Returns the module that contains all others. */
    Module module();

    /** Computes logits (N,classes) from volumes (N,C,S,S,S). */
    Tensor forward(Tensor volumes);

    @Override
    void close();
}
