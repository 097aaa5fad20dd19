package dev.voxgrad.nativecheck;

/**
 * The processor's name; nothing is wanted of it.
 *
 * @param model the name it gives itself
 * @param architecture as Java names it, such as amd64
 */
public record CpuModelCheck(String model, String architecture) implements Check {
    @Override
    public Finding judge() {
        return Finding.pass("model", model + " (" + architecture + ")");
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
