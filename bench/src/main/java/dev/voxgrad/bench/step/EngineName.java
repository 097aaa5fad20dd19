package dev.voxgrad.bench.step;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.engine.flag.Flagged;
import dev.voxgrad.engine.flag.Flags;

/** Lists the engines that can be compared. All except Voxgrad require the Maven profile {@code peers}. */
public enum EngineName implements Flagged {
    VOXGRAD("VoxgradEngine"),
    /** libtorch with its faster layout; {@code peers} also gives its process an allocator that keeps memory. */
    LIBTORCH("LibtorchEngine"),
    /** libtorch with its default settings. */
    LIBTORCH_UNTUNED("UntunedLibtorchEngine"),
    /** ONNX Runtime, which only infers, on a model that Voxgrad writes. */
    ONNXRUNTIME("OnnxRuntimeEngine", false),
    ND4J("Nd4jEngine");

    private final String className;
    private final boolean trains;

    EngineName(String className) {
        this(className, true);
    }

    EngineName(String className, boolean trains) {
        this.className = className;
        this.trains = trains;
    }

    /** Returns whether the engine trains, or only infers. */
    public boolean trains() {
        return trains;
    }

    /** Returns the name for the command line: {@code libtorch-untuned}. */
    @Override
    public String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Returns the engine with that name.
     *
     * @throws IllegalArgumentException if the name is unknown; the message lists the known ones
     */
    public static EngineName byFlag(String flag) {
        return Flags.parse("engine", flag, List.of(values()));
    }

    /**
     * Creates the net of a case with random weights, and its batch.
     *
     * @throws EngineException if this build lacks the engine, or if its native library cannot be loaded
     */
    public StepEngine open(StepCase work, int threads) {
        try {
            return (StepEngine) Class.forName(StepEngine.class.getPackageName() + "." + className)
                    .getDeclaredConstructor(StepCase.class, int.class)
                    .newInstance(work, threads);
        } catch (ClassNotFoundException e) {
            throw new EngineException(
                    "engine " + flag() + " is not in this build; start JMH with 'bench/bin/bench "
                            + "--peers', which downloads the engine and builds with Maven's profile 'peers'",
                    e);
        } catch (InvocationTargetException e) {
            throw new EngineException("engine " + flag() + " cannot be started: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new EngineException("engine " + flag() + " has no usable constructor: " + e, e);
        }
    }
}
