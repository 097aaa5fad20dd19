package dev.voxgrad.engine.trace;

/** Names the layer that is running, until it is closed. */
public final class LayerName implements AutoCloseable {
    private final Position position;
    private final String before;

    LayerName(Position position, String name) {
        this.position = position;
        this.before = position.layer;
        position.layer = before.isEmpty() ? name : before + "." + name;
    }

    @Override
    public void close() {
        position.layer = before;
    }
}
