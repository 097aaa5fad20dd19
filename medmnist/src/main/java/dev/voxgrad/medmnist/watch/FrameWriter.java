package dev.voxgrad.medmnist.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Node;
import dev.voxgrad.engine.graph.Graph;
import dev.voxgrad.engine.graph.LayeredLayout;
import dev.voxgrad.engine.optim.TensorUpdate;
import dev.voxgrad.medmnist.data.Batch;
import dev.voxgrad.medmnist.data.BatchLoader;
import dev.voxgrad.medmnist.data.VolumeData;
import dev.voxgrad.medmnist.train.MemberSteps;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/** Makes the film of a recorded step: first the batch, then a frame for each operation, gradient and update. */
final class FrameWriter {
    private static final LayeredLayout.Size OPERATION = new LayeredLayout.Size(188, 64);
    private static final LayeredLayout.Size LEAF = new LayeredLayout.Size(92, 28);
    /** Pictures cut volumes in the middle. */
    private static final double PLANE = 0.5;

    private final StepData.Head head;
    private final StepRecorder step;
    private final KernelTimes times;
    private final Map<String, float[]> after;
    private final TrainSettings run;
    private final VolumeData data;
    private final Batch batch;
    private final double rate;
    private final Map<String, Integer> leaves = new HashMap<>();
    private final List<StepData.Frame> frames = new ArrayList<>();

    /**
     * Prepares.
     *
     * @param after the parameters after the update, by name
     * @param rate the learning rate
     */
    FrameWriter(
            StepData.Head head,
            StepRecorder step,
            KernelTimes times,
            Map<String, float[]> after,
            TrainSettings run,
            VolumeData data,
            Batch batch,
            double rate) {
        this.head = head;
        this.step = step;
        this.times = times;
        this.after = after;
        this.run = run;
        this.data = data;
        this.batch = batch;
        this.rate = rate;
        for (Graph.Vertex vertex : step.graph().vertices()) {
            if (vertex.kind() != Graph.Kind.OPERATION) {
                leaves.put(vertex.name(), vertex.id());
            }
        }
    }

    StepData write() {
        frames.add(batch());
        step.graph().vertices().stream()
                .filter(vertex -> vertex.kind() == Graph.Kind.OPERATION)
                .forEach(vertex -> frames.add(forward(vertex)));
        step.backward().keySet().forEach(id -> frames.add(backward(vertex(id))));
        int number = 0;
        for (String name : step.parameterGradients().keySet()) {
            frames.add(update(name, number++));
        }
        frames.add(end());
        return draw();
    }

    private StepData draw() {
        int volumes = leaf("volumes");
        LayeredLayout layout = LayeredLayout.of(
                step.graph(),
                vertex -> vertex.kind() == Graph.Kind.OPERATION || vertex.id() == volumes ? OPERATION : LEAF);
        List<StepData.Node> nodes = new ArrayList<>();
        for (Graph.Vertex vertex : step.graph().vertices()) {
            LayeredLayout.Box box = layout.boxes().get(vertex.id());
            nodes.add(new StepData.Node(
                    vertex.id(),
                    vertex.kind().name().toLowerCase(Locale.ROOT),
                    vertex.name(),
                    vertex.layer(),
                    vertex.tensor().shape().toString(),
                    tenth(box.x()),
                    tenth(box.y()),
                    box.width(),
                    box.height()));
        }
        List<StepData.Route> routes = new ArrayList<>();
        for (LayeredLayout.Route route : layout.routes()) {
            List<Double> points = new ArrayList<>();
            route.points().forEach(point -> {
                points.add(tenth(point.x()));
                points.add(tenth(point.y()));
            });
            routes.add(new StepData.Route(route.edge().from(), route.edge().to(), points));
        }
        return new StepData(head, tenth(layout.width()), tenth(layout.height()), nodes, routes, frames);
    }

    private static double tenth(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private Graph.Vertex vertex(int id) {
        return step.graph().vertices().get(id);
    }

    private static Node node(Graph.Vertex vertex) {
        return Objects.requireNonNull(vertex.tensor().node(), "an operation has a node");
    }

    private StepData.Frame batch() {
        int id = leaf("volumes");
        List<List<String>> facts = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            facts.add(List.of("volume " + i, "number " + batch.indices()[i] + " of the set, " + label(i)));
        }
        facts.add(List.of("prepared", data.preparationWords()));
        facts.add(List.of("augmented", run.augmentation().flag()));
        return new StepData.Frame(
                StepData.Phase.BATCH,
                id,
                "The batch",
                data.name(),
                List.of(),
                facts,
                List.of(values("volumes", vertex(id).tensor(), step.result(id))),
                List.of(),
                List.of(),
                SourceLine.of(BatchLoader.class, "epoch"));
    }

    private String label(int volume) {
        if (batch.labels().length > 0) {
            int label = batch.labels()[volume];
            return "class " + label + ", " + data.labelNames().get(label);
        }
        int present = 0;
        for (int i = 0; i < data.classes(); i++) {
            present += batch.targets()[volume * data.classes() + i] > 0 ? 1 : 0;
        }
        return present + " of " + data.classes() + " labels";
    }

    private StepData.Frame forward(Graph.Vertex vertex) {
        Node node = node(vertex);
        List<List<String>> facts = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            facts.add(
                    List.of(node.op().inputName(i), node.inputs().get(i).shape().toString()));
        }
        if (vertex.name().equals("crossEntropy")) {
            addProbabilities(node.inputs().getFirst(), facts);
        }
        return new StepData.Frame(
                StepData.Phase.FORWARD,
                vertex.id(),
                vertex.name(),
                vertex.layer(),
                Formulas.forward(vertex.name()),
                facts,
                List.of(values("result", vertex.tensor(), step.result(vertex.id()))),
                List.of(),
                times.forward().getOrDefault(vertex.id(), List.of()),
                SourceLine.of(node.op().getClass(), "forward"));
    }

    /** Adds what the net answers before the update: the softmax of its scores, for the right class. */
    private void addProbabilities(Tensor logits, List<List<String>> facts) {
        float[] scores = step.result(id(logits));
        int classes = logits.shape().dim(1);
        for (int volume = 0; volume < batch.size(); volume++) {
            double sum = 0;
            double right = scores[volume * classes + batch.labels()[volume]];
            for (int i = 0; i < classes; i++) {
                sum += Math.exp(scores[volume * classes + i] - right);
            }
            facts.add(List.of(
                    "volume " + volume, String.format(Locale.ROOT, "%.1f %% for %s", 100 / sum, label(volume))));
        }
    }

    private int id(Tensor tensor) {
        return step.graph().vertices().stream()
                .filter(vertex -> vertex.tensor() == tensor)
                .findFirst()
                .orElseThrow()
                .id();
    }

    private StepData.Frame backward(Graph.Vertex vertex) {
        Node node = node(vertex);
        List<List<String>> facts = new ArrayList<>();
        List<StepData.Norm> norms = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            if (!node.context().needsGradient(i)) {
                continue;
            }
            Graph.Vertex input = vertex(id(node.inputs().get(i)));
            facts.add(List.of(
                    "to " + node.op().inputName(i), input.tensor().shape().toString()));
            float[] gradient = step.parameterGradients().get(input.name());
            if (input.kind() == Graph.Kind.PARAMETER && gradient != null) {
                norms.add(new StepData.Norm(
                        input.id(),
                        input.name(),
                        values("", input.tensor(), gradient).norm()));
            }
        }
        return new StepData.Frame(
                StepData.Phase.BACKWARD,
                vertex.id(),
                vertex.name(),
                vertex.layer(),
                Formulas.backward(vertex.name()),
                facts,
                List.of(values("gradient of the result", vertex.tensor(), step.gradient(vertex.id()))),
                norms,
                times.backward().getOrDefault(vertex.id(), List.of()),
                SourceLine.of(node.op().getClass(), "backward"));
    }

    private StepData.Frame update(String name, int number) {
        int id = leaf(name);
        Tensor parameter = vertex(id).tensor();
        float[] before = step.result(id);
        float[] now = Objects.requireNonNull(after.get(name), name);
        float[] change = new float[before.length];
        for (int i = 0; i < change.length; i++) {
            change[i] = now[i] - before[i];
        }
        Values gradient = values(
                "gradient",
                parameter,
                Objects.requireNonNull(step.parameterGradients().get(name)));
        Values moved = values("change", parameter, change);
        Values weights = values("after the update", parameter, now);
        TensorUpdate update =
                run.optimizer().rule(run.learningRate(), run.weightDecay()).update(1, rate);
        List<List<String>> facts = List.of(
                List.of("learning rate η", String.valueOf(rate)),
                List.of("weight decay λ", String.valueOf(run.weightDecay())),
                List.of("‖change‖ / ‖weights‖", ratio(moved.norm(), weights.norm())));
        return new StepData.Frame(
                StepData.Phase.UPDATE,
                id,
                name,
                run.optimizer().title(),
                Formulas.update(update),
                facts,
                List.of(gradient, moved, weights),
                List.of(new StepData.Norm(id, name, gradient.norm())),
                number < times.update().size() ? List.of(times.update().get(number)) : List.of(),
                SourceLine.of(update.getClass(), "apply"));
    }

    private static String ratio(double part, double whole) {
        return whole == 0 ? "the weights are zero" : String.format(Locale.ROOT, "%.3g", part / whole);
    }

    private StepData.Frame end() {
        return new StepData.Frame(
                StepData.Phase.END,
                step.graph().vertices().getLast().id(),
                "The step is done",
                head.net(),
                List.of(),
                List.of(
                        List.of("loss before", String.valueOf(head.loss())),
                        List.of("loss after", String.valueOf(head.lossAfter())),
                        List.of("parameters moved", String.valueOf(head.parameters())),
                        List.of("time", String.format(Locale.ROOT, "%.2f ms", head.milliseconds()))),
                List.of(),
                List.of(),
                List.of(),
                SourceLine.of(MemberSteps.class, "watch"));
    }

    private int leaf(String name) {
        return Objects.requireNonNull(leaves.get(name), () -> "watch: no leaf " + name + " in the graph");
    }

    private static Values values(String label, Tensor like, float[] values) {
        return Values.of(label, like.shape(), values, PLANE);
    }
}
