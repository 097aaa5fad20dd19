package dev.voxgrad.engine.device.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import dev.voxgrad.engine.GradientMode;
import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.CudaDriver;
import dev.voxgrad.engine.cuda.driver.CudaEvent;
import dev.voxgrad.engine.cuda.driver.CudaGraph;
import dev.voxgrad.engine.cuda.driver.CudaStream;
import dev.voxgrad.engine.cuda.driver.DeviceAllocator;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Owned;
import dev.voxgrad.engine.cuda.driver.PinnedBuffer;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.Device;

/**
 * A step of training or prediction that a card replays by itself, without a call for each kernel: a CUDA graph.
 *
 * <p>The body is run as it stands the first time, written down the second time, and from then on only replayed. So it
 * must do the same operations on tensors of the same shapes each time, and:
 * <ul>
 *   <li>the host's arrays that it copies to the device (inputs, labels) are read again before every replay: change
 *       their contents in place, between runs;
 *   <li>what it changes on the host (counters, the learning rate's array) goes through {@link Device#hostEffect};
 *   <li>it reads nothing back: small tensors that it returns are copied to the host behind each run, and
 *       {@link Results#get} waits for them.
 * </ul>
 *
 * <p>Inputs of a run are copied to the card while the run before is still at work, and nothing waits for the card until
 * results are asked for. Two runs' results may be outstanding.
 */
public final class CapturedStep implements AutoCloseable {
    /** Runs whose inputs or results may be on their way at once. */
    private static final int SLOTS = 2;
    /** Where an input begins among all inputs: what the card likes best. */
    private static final int ALIGNMENT = 256;

    private final CudaDevice device;
    private final CudaDriver driver;
    private final CudaStream stream;
    private final DeviceAllocator allocator;
    private final boolean gradients;
    private final Body body;
    private final Owned owned = new Owned();
    private final List<Input> inputs = new ArrayList<>();
    private final List<Runnable> effects = new ArrayList<>();
    private final Slot[] slots = new Slot[SLOTS];
    private List<Tensor> results;
    private CudaStream uploads;
    private CudaGraph graph;
    /** Where a replay finds its inputs, one behind the other. */
    private DeviceBuffer arena;

    private long inputBytes;
    private boolean writingDown;
    private int runs;

    /** What a step does. */
    public interface Body {
        /** Does it once; returns small tensors, of float32, that are wanted on the host. Their scope is open. */
        List<Tensor> run();
    }

    /** An array that is read again before each replay, and where its numbers lie among all inputs. */
    private record Input(HostArray numbers, int length, long offset) {}

    /** Memory for one run's inputs and results on their way. */
    private static final class Slot {
        private final CudaEvent uploaded;
        private final CudaEvent consumed;
        private final CudaEvent answered;
        private PinnedBuffer pinned;
        private DeviceBuffer staged;
        private PinnedBuffer answers;
        private Results results;

        Slot(CudaDriver driver, Owned owner) {
            uploaded = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
            consumed = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
            answered = owner.add(CudaEvent.forOrder(driver), CudaEvent::close);
        }
    }

    /** The numbers that one run has left, on their way to the host. */
    public static final class Results {
        private final Slot slot;
        private final int[] lengths;
        private float[][] values;

        private Results(Slot slot, List<Tensor> tensors) {
            this.slot = slot;
            this.lengths = tensors.stream()
                    .mapToInt(tensor -> tensor.shape().elements())
                    .toArray();
        }

        /** The numbers of each tensor that the body returned; waits until the card has come so far. */
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

    /** Runs the step once more. */
    public Results run() {
        Slot slot = slots[runs % SLOTS];
        if (slot.results != null) {
            slot.results.get(); // before its memory is written again
        }
        runs++;
        if (runs == 1) {
            runAsItStands(slot);
        } else {
            if (graph == null) {
                writeDown();
            }
            replay(slot);
        }
        return slot.results;
    }

    /**
     * Also fills the graphs' pool with the memory that will be wanted, and has kernels loaded and algorithms chosen.
     */
    private void runAsItStands(Slot slot) {
        allocator.beginGraph();
        device.transfers().recordFor(this);
        try (GradientMode _ = gradientMode();
                Scope _ = openScope()) {
            fetch(slot, body.run());
        } finally {
            device.transfers().recordFor(null);
            allocator.endGraph();
        }
    }

    private GradientMode gradientMode() {
        return gradients ? GradientMode.on() : GradientMode.off();
    }

    /** Opens the body's scope. Inside another one, the results would not outlive that, and yet be written to later. */
    private static Scope openScope() {
        if (Scope.isOpen()) {
            throw new IllegalStateException("recorded step: a scope is open on this thread; run a step for the first "
                    + "and the second time outside of any scope");
        }
        return Scope.open();
    }

    private void writeDown() {
        uploads = owned.add(new CudaStream(driver), CudaStream::close);
        arena = owned.add(allocator.take(Math.max(inputBytes, 1)), allocator::give);
        for (Slot slot : slots) {
            slot.pinned =
                    owned.add(new PinnedBuffer(driver, Math.toIntExact(Math.max(inputBytes, 1))), PinnedBuffer::close);
            slot.staged = owned.add(allocator.take(Math.max(inputBytes, 1)), allocator::give);
        }
        inputBytes = 0;
        inputs.clear(); // of a try that failed
        effects.clear();
        allocator.beginGraph();
        device.transfers().recordFor(this);
        writingDown = true;
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
            writingDown = false;
            device.transfers().recordFor(null);
            allocator.endGraph();
        }
    }

    /** True while work is written down instead of being done. */
    boolean isWritingDown() {
        return writingDown;
    }

    /**
     * Notes that these numbers are wanted on the card, there, each time; true if this has been seen to. The memory
     * there may be used for something else before and after, so a replay copies them from memory of their own.
     */
    boolean takes(HostArray numbers, int length, DeviceBuffer to) {
        long offset = inputBytes;
        inputBytes = Math.ceilDiv(offset + numbers.bytes(length), ALIGNMENT) * ALIGNMENT;
        if (!writingDown) {
            return false;
        }
        if (inputBytes > arena.bytes()) {
            throw new IllegalStateException("recorded step: it reads more of the host's numbers than in its first run; "
                    + "it must do the same each time");
        }
        inputs.add(new Input(numbers, length, offset));
        DeviceBuffer source = arena.slice(offset, numbers.bytes(length));
        stream.copy(source, to);
        return true;
    }

    /** Notes that this is to be done on the host at each replay. */
    void repeat(Runnable effect) {
        effects.add(effect);
    }

    private void replay(Slot slot) {
        effects.forEach(Runnable::run);
        slot.uploaded.synchronize(); // the card has fetched what lay in the pinned memory
        for (Input input : inputs) {
            input.numbers.copyTo(slot.pinned.bytes().position((int) input.offset), 0, input.length);
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

    /** Starts the way of these tensors' numbers to the host. */
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

    /** Gives up the graph and what it alone uses. */
    @Override
    public void close() {
        for (Slot slot : slots) {
            if (slot.results != null) {
                slot.results.get(); // somebody may ask for them later
            }
        }
        stream.synchronize();
        if (uploads != null) {
            uploads.synchronize();
        }
        owned.close();
    }
}
