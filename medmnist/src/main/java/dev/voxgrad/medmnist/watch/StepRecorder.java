package dev.voxgrad.medmnist.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.graph.Graph;
import dev.voxgrad.engine.trace.Pass;
import dev.voxgrad.engine.trace.Recorder;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.medmnist.train.StepWatcher;

/**
 * Keeps what passes through one training step: the graph, the kernels that each operation ran and, if wanted, all
 * values. Values are read between operations, and what reading them costs is not in any kernel's time.
 */
final class StepRecorder implements StepWatcher {
    private final Recorder recorder;
    private final Map<String, Tensor> names;
    private final boolean readsValues;
    private @Nullable Graph graph;

    private final Map<Integer, List<TraceEvent>> forward = new LinkedHashMap<>();
    private final Map<Integer, List<TraceEvent>> backward = new LinkedHashMap<>();
    private List<TraceEvent> update = List.of();
    private final Map<Integer, float[]> results = new LinkedHashMap<>();
    private final Map<Integer, float[]> gradients = new LinkedHashMap<>();
    private final Map<String, float[]> parameterGradients = new LinkedHashMap<>();
    /** The vertex whose backward is running; −1 for none. */
    private int running = -1;

    /**
     * Prepares for one step.
     *
     * @param recorder that receives the device's trace
     * @param names of the net's tensors
     * @param readsValues whether to keep copies of all values
     */
    StepRecorder(Recorder recorder, Map<String, Tensor> names, boolean readsValues) {
        this.recorder = recorder;
        this.names = names;
        this.readsValues = readsValues;
    }

    @Override
    public void forwardDone(Tensor input, Tensor loss) {
        List<TraceEvent> events = recorder.takeEvents();
        Map<String, Tensor> all = new LinkedHashMap<>(names);
        all.put("volumes", input);
        graph = Graph.of(loss, all);
        assign(graph, events);
        if (readsValues) {
            for (Graph.Vertex vertex : graph.vertices()) {
                results.put(vertex.id(), vertex.tensor().toArray());
            }
            recorder.takeEvents(); // those of reading
        }
    }

    /** Finds the span of each operation, in the order in which both were made, and keeps the kernels within it. */
    private void assign(Graph of, List<TraceEvent> events) {
        int at = 0;
        for (Graph.Vertex vertex : of.vertices()) {
            if (vertex.kind() != Graph.Kind.OPERATION) {
                continue;
            }
            while (at < events.size() && !isOf(events.get(at), vertex)) {
                at++;
            }
            if (at == events.size()) {
                throw new IllegalStateException("watch: the trace has no " + vertex.name() + " of layer '"
                        + vertex.layer() + "', but the graph has");
            }
            TraceEvent whole = events.get(at);
            long end = whole.start() + whole.nanos();
            List<TraceEvent> kernels = new ArrayList<>();
            for (; at < events.size() && events.get(at).start() < end; at++) {
                if (!events.get(at).container()) {
                    kernels.add(events.get(at));
                }
            }
            forward.put(vertex.id(), kernels);
        }
    }

    private static boolean isOf(TraceEvent event, Graph.Vertex vertex) {
        return event.op().equals(vertex.name())
                && event.layer().equals(vertex.layer())
                && Objects.equals(event.output(), vertex.tensor().shape());
    }

    @Override
    public void backwardReaches(Tensor result, Tensor gradient) {
        endBackward();
        running = graph().vertices().stream()
                .filter(vertex -> vertex.tensor() == result)
                .findFirst()
                .orElseThrow()
                .id();
        if (readsValues) {
            gradients.put(running, gradient.toArray());
            recorder.takeEvents();
        }
    }

    private void endBackward() {
        List<TraceEvent> events = recorder.takeEvents();
        if (running >= 0) {
            backward.put(
                    running, events.stream().filter(event -> !event.container()).toList());
        }
        running = -1;
    }

    @Override
    public void backwardDone(SequencedMap<String, Tensor> all) {
        endBackward();
        if (readsValues) {
            all.forEach((name, gradient) -> parameterGradients.put(name, gradient.toArray()));
            recorder.takeEvents();
        }
    }

    /** Takes the events of the update, after the step. */
    void end() {
        update = recorder.takeEvents().stream()
                .filter(event -> event.pass() == Pass.UPDATE)
                .toList();
    }

    /** Returns the graph below the loss. */
    Graph graph() {
        if (graph == null) {
            throw new IllegalStateException("watch: the step has no graph before its forward pass");
        }
        return graph;
    }

    /** Returns the kernels of each operation's forward, by vertex, in the order of the graph. */
    Map<Integer, List<TraceEvent>> forward() {
        return forward;
    }

    /** Returns the kernels of each operation's backward, by vertex, in the order in which they ran. */
    Map<Integer, List<TraceEvent>> backward() {
        return backward;
    }

    /** Returns the kernels of the update, one for each parameter. */
    List<TraceEvent> update() {
        return update;
    }

    /** Returns the values of a vertex before the update. */
    float[] result(int vertex) {
        return require(results.get(vertex));
    }

    /** Returns the gradient of an operation's result. */
    float[] gradient(int vertex) {
        return require(gradients.get(vertex));
    }

    /** Returns the gradients of parameters by name. */
    Map<String, float[]> parameterGradients() {
        return parameterGradients;
    }

    private static float[] require(float @Nullable [] values) {
        if (values == null) {
            throw new IllegalStateException("watch: these values were not read");
        }
        return values;
    }
}
