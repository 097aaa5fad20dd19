package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.NullUnmarked;

import dev.voxgrad.engine.GradientMode;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.ResourceStack;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaGraph;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.PinnedBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;
import dev.voxgrad.engine.device.RepeatedStep;

/**
 * A step of training or prediction that a GPU replays by itself, without a call for each kernel: a CUDA graph.
 *
 * <p>The first run executes the body directly, the second captures it as a graph, and from then on the graph is
 * replayed. So the body must do the same operations on tensors of the same shapes each time, and:
 * <ul>
 *   <li>the host arrays that it copies to the device (inputs, labels) are read again before every replay: change their
 *       contents in place, between runs;
 *   <li>what it changes on the host (counters, the learning rate's array) goes through {@link Device#hostEffect};
 *   <li>it reads nothing back: the small tensors that it returns are copied to the host after each run, and
 *       {@link Results#get} waits for them.
 * </ul>
 *
 * <p>The inputs of a run are copied to the GPU while the previous run is still at work, and nothing waits for the GPU
 * until results are requested. Results of two runs may be outstanding: there are two slots, used in turn. Time goes
 * from left to right:
 *
 * <pre>
 *          run 3 (slot 0)           run 4 (slot 1)           run 5 (slot 0)
 * host     fill pinned 0            fill pinned 1            read answers 0, fill pinned 0
 * uploads        pinned 0 -> staged 0     pinned 1 -> staged 1                    pinned 0 -> staged 0
 * compute  (graph of run 2)   staged 0 -> arena, graph, -> answers 0   staged 1 -> arena, graph, -> answers 1
 *
 * pinned   host memory that the GPU reads by itself; may be filled again after the event "uploaded"
 * staged   a run's inputs on the GPU; may be overwritten after the event "consumed", so an upload overlaps a graph
 * arena    the inputs at the addresses where the graph reads them; there is only one
 * answers  pinned memory for a run's results; complete after the event "answered"
 * </pre>
 */
@NullUnmarked // most fields are set at the second run, when the step is captured
public final class CapturedStep implements RepeatedStep {
    /** Runs whose inputs or results may be in transit at once. */
    private static final int SLOTS = 2;
    /** Bytes to which each input is aligned among all inputs: the alignment that CUDA prefers. */
    private static final int ALIGNMENT = 256;

    private final CudaDevice device;
    private final CudaDriver driver;
    private final CudaStream stream;
    private final DeviceAllocator allocator;
    private final boolean gradients;
    private final Body body;
    private final ResourceStack owned = new ResourceStack();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Runnable> effects = new ArrayList<>();
    private final Slot[] slots = new Slot[SLOTS];
    private List<Tensor> results;
    private CudaStream uploads;
    private CudaGraph graph;
    /** Contains the inputs of a replay, one after the other. */
    private DeviceBuffer arena;

    private long inputBytes;
    private boolean capturing;
    private int runs;

    /** An array that is read again before each replay, and its offset among all inputs. */
    private record Input(HostArray values, int length, long offset) {}

    /** Memory for the inputs and results of one run in transit. */
    private static final class Slot {
        private final CudaEvent uploaded;
        private final CudaEvent consumed;
        private final CudaEvent answered;
        private PinnedBuffer pinned;
        private DeviceBuffer staged;
        private PinnedBuffer answers;
        private Results results;

        Slot(CudaDriver driver, ResourceStack owner) {
            uploaded = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
            consumed = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
            answered = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
        }
    }

    /** The values that one run leaves, in transit to the host. */
    public static final class Results implements RepeatedStep.Results {
        private final Slot slot;
        private final int[] lengths;
        private float[][] values;

        private Results(Slot slot, List<Tensor> tensors) {
            this.slot = slot;
            this.lengths = tensors.stream()
                    .mapToInt(tensor -> tensor.shape().elements())
                    .toArray();
        }

        @Override
        public double[] values(int tensor) {
            float[] floats = get()[tensor];
            double[] doubles = new double[floats.length];
            for (int i = 0; i < doubles.length; i++) {
                doubles[i] = floats[i];
            }
            return doubles;
        }

        /** Returns the values of each tensor that the body returned; waits until the GPU has computed them. */
        public float[][] get() {
            if (values == null) {
                slot.answered.synchronize();
                values = new float[lengths.length][];
                ByteBuffer bytes = slot.answers.bytes().position(0).slice().order(ByteOrder.nativeOrder());
                for (int i = 0; i < lengths.length; i++) {
                    values[i] = new float[lengths[i]];
                    bytes.asFloatBuffer().get(values[i]);
                    bytes = bytes.position(Float.BYTES * lengths[i]).slice().order(ByteOrder.nativeOrder());
                }
            }
            return values;
        }
    }

    public CapturedStep(
            CudaDevice device,
            CudaDriver driver,
            CudaStream stream,
            DeviceAllocator allocator,
            boolean gradients,
            Body body) {
        this.device = device;
        this.driver = driver;
        this.stream = stream;
        this.allocator = allocator;
        this.gradients = gradients;
        this.body = body;
        try {
            for (int i = 0; i < SLOTS; i++) {
                slots[i] = new Slot(driver, owned);
            }
        } catch (RuntimeException e) {
            owned.closeAfter(e);
            throw e;
        }
    }

    @Override
    public Results run() {
        Slot slot = slots[runs % SLOTS];
        if (slot.results != null) {
            slot.results.get(); // before its memory is written again
        }
        runs++;
        if (runs == 1) {
            runDirectly(slot);
        } else {
            if (graph == null) {
                capture();
            }
            replay(slot);
        }
        return slot.results;
    }

    /**
     * Executes the body without a graph. This also fills the graphs' pool with the memory that the graph will need,
     * loads the kernels and chooses the algorithms.
     */
    private void runDirectly(Slot slot) {
        allocator.beginGraph();
        device.transfers().captureFor(this);
        try (GradientMode _ = gradientMode();
                Scope _ = openScope()) {
            fetch(slot, body.run());
        } finally {
            device.transfers().captureFor(null);
            allocator.endGraph();
        }
    }

    private GradientMode gradientMode() {
        return gradients ? GradientMode.on() : GradientMode.off();
    }

    /**
     * Opens the body's scope. It must not be inside another scope: the results would be released with that scope, and
     * every replay would still write to their memory.
     */
    private static Scope openScope() {
        if (Scope.isOpen()) {
            throw new IllegalStateException("captured step: a scope is open on this thread; run a step for the first "
                    + "and the second time outside of any scope");
        }
        return Scope.open();
    }

    private void capture() {
        uploads = owned.add(new CudaStream(driver), CudaStream::close);
        arena = owned.add(allocator.take(Math.max(inputBytes, 1)), allocator::give);
        for (Slot slot : slots) {
            slot.pinned =
                    owned.add(new PinnedBuffer(driver, Math.toIntExact(Math.max(inputBytes, 1))), PinnedBuffer::close);
            slot.staged = owned.add(allocator.take(Math.max(inputBytes, 1)), allocator::give);
        }
        inputBytes = 0;
        inputs.clear(); // of an attempt that failed
        effects.clear();
        allocator.beginGraph();
        device.transfers().captureFor(this);
        capturing = true;
        try {
            graph = owned.add(
                    stream.capture(() -> {
                        try (GradientMode _ = gradientMode();
                                Scope scope = openScope()) {
                            results = List.copyOf(body.run());
                            results.forEach(scope::keep);
                        }
                    }),
                    CudaGraph::close);
        } finally {
            capturing = false;
            device.transfers().captureFor(null);
            allocator.endGraph();
        }
    }

    /** Returns true while work is captured instead of executed. */
    boolean isCapturing() {
        return capturing;
    }

    /**
     * Notes that every run needs these values in {@code to} on the GPU. Other work may use that memory before and
     * after, so a replay copies the values from the arena.
     *
     * @return whether the copy is part of the graph now; otherwise the caller copies
     */
    boolean takes(HostArray values, int length, DeviceBuffer to) {
        long offset = inputBytes;
        inputBytes = Math.ceilDiv(offset + values.bytes(length), ALIGNMENT) * ALIGNMENT;
        if (!capturing) {
            return false;
        }
        if (inputBytes > arena.bytes()) {
            throw new IllegalStateException("captured step: it reads more values from the host than in its first run; "
                    + "it must do the same each time");
        }
        inputs.add(new Input(values, length, offset));
        DeviceBuffer source = arena.slice(offset, values.bytes(length));
        stream.copy(source, to);
        return true;
    }

    /** Adds something to do on the host at each replay. */
    void atEachReplay(Runnable effect) {
        effects.add(effect);
    }

    private void replay(Slot slot) {
        effects.forEach(Runnable::run);
        slot.uploaded.synchronize(); // the GPU has read the pinned memory
        for (Input input : inputs) {
            input.values.copyTo(slot.pinned.bytes().position((int) input.offset), 0, input.length);
        }
        if (inputBytes > 0) {
            uploads.await(slot.consumed);
            uploads.upload(slot.pinned, 0, slot.staged.slice(0, inputBytes));
            uploads.record(slot.uploaded);
            stream.await(slot.uploaded);
            stream.copy(slot.staged.slice(0, inputBytes), arena.slice(0, inputBytes));
            stream.record(slot.consumed);
        }
        stream.launch(graph);
        fetch(slot, results);
    }

    /** Starts the asynchronous copy of these tensors to the host. */
    private void fetch(Slot slot, List<Tensor> tensors) {
        int bytes = Float.BYTES
                * tensors.stream().mapToInt(tensor -> tensor.shape().elements()).sum();
        if (slot.answers == null) {
            slot.answers = owned.add(new PinnedBuffer(driver, Math.max(bytes, 1)), PinnedBuffer::close);
        }
        int at = 0;
        for (Tensor tensor : tensors) {
            int length = Float.BYTES * tensor.shape().elements();
            stream.download(CudaStorage.of(tensor).buffer().slice(0, length), slot.answers, at);
            at += length;
        }
        stream.record(slot.answered);
        slot.results = new Results(slot, tensors);
    }

    @Override
    public boolean isEager() {
        return false;
    }

    @Override
    public int slots() {
        return SLOTS;
    }

    /** Releases the graph and the memory that only it uses. */
    @Override
    public void close() {
        for (Slot slot : slots) {
            if (slot.results != null) {
                slot.results.get(); // the caller may read them later
            }
        }
        stream.synchronize();
        if (uploads != null) {
            uploads.synchronize();
        }
        owned.close();
    }
}
