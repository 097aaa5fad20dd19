package dev.voxgrad.bench.step;

import java.util.ArrayList;
import java.util.List;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.BatchNorm3dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv3dImpl;
import org.bytedeco.pytorch.Conv3dOptions;
import org.bytedeco.pytorch.LeakyReLUImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.MaxPool3dImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Builds the study's nets from libtorch's modules. */
final class LibtorchStudyNet implements LibtorchNet {
    private final Module root = new Module("StudyNet");
    private final List<Module> kept = new ArrayList<>();
    private final List<SequentialImpl> stages = new ArrayList<>();
    private final SequentialImpl classifier = new SequentialImpl();

    /** Builds a net with a stage for each of these widths. */
    LibtorchStudyNet(int channels, List<Integer> widths) {
        int width = channels;
        for (int next : widths) {
            SequentialImpl stage = new SequentialImpl();
            addConvolution(stage, width, next);
            addConvolution(stage, next, next);
            stage.push_back(kept(new MaxPool3dImpl(cube(2))));
            stages.add(stage);
            root.register_module("layer" + stages.size(), stage);
            width = next;
        }
        classifier.push_back(kept(new LinearImpl(width, width)));
        classifier.push_back(kept(new LeakyReLUImpl()));
        classifier.push_back(kept(new LinearImpl(width, StepCase.CLASSES)));
        root.register_module("fc", classifier);
    }

    private void addConvolution(SequentialImpl stage, int inputs, int outputs) {
        Conv3dOptions options = new Conv3dOptions(inputs, outputs, cube(3));
        options.padding().put(cube(1));
        stage.push_back(kept(new Conv3dImpl(options)));
        stage.push_back(kept(new BatchNorm3dImpl(new BatchNormOptions(outputs))));
        stage.push_back(kept(new ReLUImpl()));
    }

    private static LongPointer cube(long edge) {
        return new LongPointer(edge, edge, edge);
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
        Tensor x = volumes;
        for (SequentialImpl stage : stages) {
            x = stage.forward(x);
        }
        return classifier.forward(torch.adaptive_avg_pool3d(x, 1, 1, 1).flatten(1, -1));
    }

    @Override
    public void close() {
        root.close();
        stages.forEach(Module::close);
        classifier.close();
    }
}
