package dev.voxgrad.bench.step;

import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The engines that can be compared. All but Voxgrad are only in builds with the Maven profile {@code peers}. */
public enum EngineName {
    VOXGRAD("VoxgradEngine"),
    /** libtorch with its faster layout; {@code peers} also gives its process an allocator that keeps memory. */
    LIBTORCH("LibtorchEngine"),
    /** libtorch with the settings that it comes with. */
    LIBTORCH_UNTUNED("UntunedLibtorchEngine"),
    ND4J("Nd4jEngine");

    private final String className;

    EngineName(String className) {
        this.className = className;
    }

    /** Returns the name as on the command line: {@code libtorch-untuned}. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The engine of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static EngineName byFlag(String flag) {
        return Arrays.stream(values())
                .filter(engine -> engine.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown engine '" + flag + "'; known engines are "
                        + Arrays.stream(values()).map(EngineName::flag).collect(Collectors.joining(", "))));
    }

    /**
     * Makes the net of that case with random weights, and its batch.
     *
     * @throws EngineException if this build lacks the engine, or its native library can't be loaded
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
