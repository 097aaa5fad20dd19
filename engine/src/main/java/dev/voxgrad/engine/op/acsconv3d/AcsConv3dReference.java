package dev.voxgrad.engine.op.acsconv3d;

import java.util.Objects;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.engine.op.conv3d.AcsEmbedding;
import dev.voxgrad.engine.op.conv3d.Conv3dGeometry;
import dev.voxgrad.engine.op.conv3d.Conv3dReference;

/** {@link Conv3dReference} for the taps of ACS convolutions, by the definition in {@link AcsConv3dOp}. */
final class AcsConv3dReference {
    private AcsConv3dReference() {}

    /** Returns the kernels. */
    static Conv3dReference kernels() {
        return new Conv3dReference(AcsConv3dReference::offset);
    }

    private static Dims3 offset(Conv3dGeometry g, int output, int tap) {
        int k = g.kernel().d();
        int row = tap / k * g.dilation().d() - g.padding().d();
        int column = tap % k * g.dilation().d() - g.padding().d();
        Dims3 in = g.input();
        Dims3 out = g.output();
        return switch (Objects.requireNonNull(g.acs()).view(output)) {
            case 0 -> new Dims3(AcsEmbedding.firstPlane(g, in.d(), out.d()), row, column);
            case 1 -> new Dims3(row, AcsEmbedding.firstPlane(g, in.h(), out.h()), column);
            default -> new Dims3(row, column, AcsEmbedding.firstPlane(g, in.w(), out.w()));
        };
    }
}
