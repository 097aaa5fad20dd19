package dev.voxgrad.medmnist.explain;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.GradientMode;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;

/**
 * Computes gradient-weighted class activation maps (Selvaraju et al., "Grad-CAM", ICCV 2017), with three axes instead
 * of two. A_k is channel k of a stage's activation, with Z voxels v:
 *
 * <pre>
 * α_k = (1/Z) Σ_v ∂f_c / ∂A_k(v)
 * L   = ReLU( Σ_k α_k A_k )
 * </pre>
 *
 * <p>The map has the size of the activation and is then interpolated to that of the volume. ReLU keeps what counts for
 * the class; what counts against it is not shown.
 *
 * @param stage name of the {@linkplain Stages stage}; null for {@linkplain Stages#deepest the deepest one that is fine
 *     enough}
 */
public record GradCam(@Nullable String stage) implements Method {
    @Override
    public String flag() {
        return "grad-cam";
    }

    @Override
    public String title() {
        return "Grad-CAM";
    }

    @Override
    public String words(FrozenNet net, PreparedVolume volume) {
        Stages.Stage cut = cut(net, volume);
        return "Grad-CAM of stage " + cut.name() + " (" + cut.activation().spatial() + " voxels)";
    }

    @Override
    public int steps(PreparedVolume volume) {
        return 1;
    }

    @Override
    public Attribution explain(FrozenNet net, PreparedVolume volume, int target, IntConsumer progress) {
        Stages.Stage cut = cut(net, volume);
        try (Scope _ = Scope.open()) {
            Tensor activation;
            try (GradientMode _ = GradientMode.off()) {
                activation = cut.head().forward(volume.tensor(net.device()));
            }
            Tensor leaf = activation.detach().requiresGrad(true);
            Tensor logits = cut.tail().forward(leaf);
            Tensor gradient =
                    logits.backward(FrozenNet.selecting(target, logits)).of(leaf);
            Heatmap map = weighted(activation.shape(), activation.toDoubleArray(), gradient.toDoubleArray());
            progress.accept(1);
            return new Attribution(map.resized(volume.size()), logits.toDoubleArray()[target], Double.NaN);
        }
    }

    private Stages.Stage cut(FrozenNet net, PreparedVolume volume) {
        Stages stages = Stages.of(net, volume);
        return stage == null ? stages.deepest() : stages.named(stage);
    }

    /** Returns ReLU(Σ_k α_k A_k) for values in row-major order, (1,K,X,Y,Z). */
    private static Heatmap weighted(Shape shape, double[] activation, double[] gradient) {
        int voxels = shape.elementsFrom(2);
        double[] sums = new double[voxels];
        for (int k = 0; k < shape.dim(1); k++) {
            double alpha = 0;
            for (int v = 0; v < voxels; v++) {
                alpha += gradient[k * voxels + v];
            }
            alpha /= voxels;
            for (int v = 0; v < voxels; v++) {
                sums[v] += alpha * activation[k * voxels + v];
            }
        }
        float[] map = new float[voxels];
        for (int v = 0; v < voxels; v++) {
            map[v] = (float) Math.max(sums[v], 0);
        }
        return new Heatmap(shape.spatial(), map);
    }
}
