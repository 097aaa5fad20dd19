package dev.voxgrad.bench.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bytedeco.pytorch.BatchNorm3dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Builds MedMNIST's benchmark ResNets from libtorch's modules: a stem without stride, four layers of residual blocks,
 * an average over all voxels, and a linear layer. Names are those of the official state dictionary.
 *
 * <p>Tuned, ReLU and the addition of the shortcut overwrite their input, which saves memory and the time to fill it;
 * the official code leaves both as they are.
 */
final class LibtorchResNet implements LibtorchNet {
    private static final Pattern NAME = Pattern.compile("resnet(18|50)-(2\\.5d|3d|acs)");
    private static final Map<String, LibtorchConvolution.Kind> KINDS = Map.of(
            "2.5d", LibtorchConvolution.Kind.FLAT,
            "3d", LibtorchConvolution.Kind.CUBE,
            "acs", LibtorchConvolution.Kind.ACS);
    private static final int STEM_WIDTH = 64;

    private final LibtorchConvolution.Kind kind;
    private final boolean inPlace;
    private final Module root = new Module("ResNet");
    private final List<Module> kept = new ArrayList<>();
    private final Unit stem;
    private final List<Block> blocks = new ArrayList<>();
    private final LinearImpl linear;

    private LibtorchResNet(LibtorchConvolution.Kind kind, boolean bottleneck, int channels, boolean inPlace) {
        this.kind = kind;
        this.inPlace = inPlace;
        stem = unit(root, "conv1", "bn1", new Sizes(channels, STEM_WIDTH, 3, 1));
        int[] depths = bottleneck ? new int[] {3, 4, 6, 3} : new int[] {2, 2, 2, 2};
        int inputs = STEM_WIDTH;
        for (int i = 0; i < depths.length; i++) {
            int width = STEM_WIDTH << i;
            Module layer = child(root, "layer" + (i + 1));
            for (int b = 0; b < depths[i]; b++) {
                int stride = i > 0 && b == 0 ? 2 : 1;
                blocks.add(block(child(layer, Integer.toString(b)), sizes(bottleneck, inputs, width, stride), stride));
                inputs = bottleneck ? 4 * width : width;
            }
        }
        linear = kept(new LinearImpl(inputs, StepCase.CLASSES));
        root.register_module("linear", linear);
    }

    /**
     * Builds the net of that name.
     *
     * @param inPlace whether ReLU and the addition of the shortcut overwrite their input
     * @throws EngineException if there is no such net
     */
    static LibtorchResNet named(String name, int channels, boolean inPlace) {
        Matcher parts = NAME.matcher(name);
        LibtorchConvolution.Kind chosen = parts.matches() ? KINDS.get(parts.group(2)) : null;
        if (chosen == null) {
            throw new EngineException("net " + name + " is not available for libtorch", null);
        }
        return new LibtorchResNet(chosen, parts.group(1).equals("50"), channels, inPlace);
    }

    /** Describes a convolution. */
    private record Sizes(int inputs, int outputs, int kernel, int stride) {}

    /** Pairs a convolution with the batch norm of its output. */
    private record Unit(LibtorchConvolution convolution, BatchNorm3dImpl norm) {
        Tensor forward(Tensor x) {
            return norm.forward(convolution.forward(x));
        }
    }

    /** Holds a residual block; without a shortcut unit, its input is added as it is. */
    private record Block(List<Unit> main, @Nullable Unit shortcut) {}

    private static List<Sizes> sizes(boolean bottleneck, int inputs, int width, int stride) {
        return bottleneck
                ? List.of(
                        new Sizes(inputs, width, 1, 1),
                        new Sizes(width, width, 3, stride),
                        new Sizes(width, 4 * width, 1, 1))
                : List.of(new Sizes(inputs, width, 3, stride), new Sizes(width, width, 3, 1));
    }

    private Block block(Module module, List<Sizes> sizes, int stride) {
        List<Unit> main = new ArrayList<>();
        for (Sizes each : sizes) {
            int number = main.size() + 1;
            main.add(unit(module, "conv" + number, "bn" + number, each));
        }
        int inputs = sizes.getFirst().inputs();
        int outputs = sizes.getLast().outputs();
        Unit shortcut = stride == 1 && inputs == outputs
                ? null
                : unit(child(module, "shortcut"), "0", "1", new Sizes(inputs, outputs, 1, stride));
        return new Block(List.copyOf(main), shortcut);
    }

    private Unit unit(Module parent, String convolutionName, String normName, Sizes sizes) {
        LibtorchConvolution convolution =
                LibtorchConvolution.of(kind, sizes.inputs(), sizes.outputs(), sizes.kernel(), sizes.stride());
        BatchNorm3dImpl norm = kept(new BatchNorm3dImpl(new BatchNormOptions(sizes.outputs())));
        parent.register_module(convolutionName, kept(convolution.module()));
        parent.register_module(normName, norm);
        return new Unit(convolution, norm);
    }

    private Module child(Module parent, String name) {
        return parent.register_module(name, kept(new Module(name)));
    }

    private <M extends Module> M kept(M module) {
        kept.add(module);
        return module;
    }

    @Override
    public Module module() {
        return root;
    }

    @Override
    public Tensor forward(Tensor volumes) {
        Tensor x = rectified(stem.forward(volumes));
        for (Block block : blocks) {
            x = forward(block, x);
        }
        return linear.forward(torch.adaptive_avg_pool3d(x, 1, 1, 1).flatten(1, -1));
    }

    private Tensor forward(Block block, Tensor x) {
        Tensor y = x;
        for (Unit unit : block.main()) {
            y = unit.forward(y);
            if (unit != block.main().getLast()) {
                y = rectified(y);
            }
        }
        Tensor shortcut = block.shortcut() == null ? x : block.shortcut().forward(x);
        return rectified(inPlace ? y.add_(shortcut) : y.add(shortcut));
    }

    private Tensor rectified(Tensor x) {
        return inPlace ? x.relu_() : torch.relu(x);
    }

    @Override
    public void close() {
        root.close();
        kept.forEach(Module::close);
    }
}
