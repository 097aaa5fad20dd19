package dev.voxgrad.nativecheck;

/**
 * A line of the report that cannot fail.
 *
 * @param name what it is about
 * @param found what is there
 */
record Fact(String name, String found) implements Check {
    @Override
    public Finding judge() {
        return Finding.pass(name, found);
    }

    @Override
    public Impact impact() {
        return Impact.NONE;
    }
}
