package dev.voxgrad.engine.trace;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.Shape;

/** Represents a running pass, from the call that opens it until it is closed, on one thread. */
public final class Span implements AutoCloseable {
    private final Recorder recorder;
    private final Position position;
    private final @Nullable Span outer;
    private final String layerBefore;
    private final String op;
    private final Pass pass;
    private final List<Shape> inputs;
    private final @Nullable Shape output;
    private final Work work;
    private boolean container;
    private final long start;

    Span(
            Recorder recorder,
            Position position,
            String layer,
            String op,
            Pass pass,
            List<Shape> inputs,
            @Nullable Shape output,
            Work work) {
        this.recorder = recorder;
        this.position = position;
        this.outer = position.span;
        this.layerBefore = position.layer;
        this.op = op;
        this.pass = pass;
        this.inputs = inputs;
        this.output = output;
        this.work = work;
        if (outer != null) {
            outer.container = true;
        }
        position.span = this;
        position.layer = layer;
        this.start = System.nanoTime();
    }

    String op() {
        return op;
    }

    Pass pass() {
        return pass;
    }

    List<Shape> inputs() {
        return inputs;
    }

    @Nullable
    Shape output() {
        return output;
    }

    @Override
    public void close() {
        long nanos = System.nanoTime() - start;
        recorder.add(new TraceEvent(
                position.layer,
                op,
                pass,
                inputs,
                output,
                work,
                start,
                nanos,
                Thread.currentThread().getName(),
                container));
        position.layer = layerBefore;
        position.span = outer;
    }
}
