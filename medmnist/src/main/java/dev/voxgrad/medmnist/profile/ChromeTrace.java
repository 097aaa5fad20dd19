package dev.voxgrad.medmnist.profile;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import tools.jackson.databind.json.JsonMapper;

import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.trace.TraceEvent;
import dev.voxgrad.engine.trace.WorkerEvent;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.AtomicFile;

/**
 * Writes a {@link Profile} in Chrome's trace event format (JSON object form, complete events "X"), which Perfetto and
 * chrome://tracing show. There is a track for each thread; times are in microseconds from the first step.
 *
 * <p>The track of the calling thread shows steps and, within them, passes; every thread's track shows, within the
 * passes, its share of each parallel loop.
 */
public final class ChromeTrace {
    private static final int PROCESS = 1;

    private final List<Map<String, Object>> events = new ArrayList<>();
    private final Map<String, Integer> threads = new LinkedHashMap<>();
    private final long origin;

    private ChromeTrace(Profile profile) {
        this.origin = profile.steps().getFirst().start();
    }

    /**
     * Writes the file, completely or not at all.
     *
     * @throws dev.voxgrad.medmnist.io.DataFileException if it can't be written
     */
    public static void write(Profile profile, Path file) {
        ChromeTrace trace = new ChromeTrace(profile);
        int number = 1;
        for (Profile.Step step : profile.steps()) {
            trace.addStep(step, "step " + number++);
        }
        trace.threads.forEach(trace::nameThread);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("traceEvents", trace.events);
        json.put("displayTimeUnit", "ms");
        json.put(
                "otherData", Map.of("device", profile.device(), "settings", settings(profile), "peak", profile.peak()));
        AtomicFile.write(file, JsonMapper.shared().writeValueAsString(json) + "\n");
    }

    private static Map<String, Object> settings(Profile profile) {
        Profiler.Settings settings = profile.settings();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("net", settings.net().name().toUpperCase(Locale.ROOT));
        json.put("batch", settings.batch());
        json.put("channels", settings.volume().channels());
        VolumeShape volume = settings.volume();
        if (volume.shortest() == volume.longest()) {
            json.put("edge", volume.x());
        } else {
            json.put("size", List.of(volume.x(), volume.y(), volume.z()));
        }
        json.put("classes", settings.classes());
        json.put("train", settings.train());
        json.put("steps", settings.steps());
        return json;
    }

    private void addStep(Profile.Step step, String name) {
        add(name, "step", Thread.currentThread().getName(), step.start(), step.nanos(), Map.of());
        for (TraceEvent event : step.events()) {
            add(
                    (event.layer() + " " + event.op() + " " + event.pass().label()).strip(),
                    event.pass().label(),
                    event.thread(),
                    event.start(),
                    event.nanos(),
                    arguments(event));
        }
        for (WorkerEvent share : step.workers()) {
            Map<String, Object> arguments = new LinkedHashMap<>();
            arguments.put("tasks", share.tasks());
            arguments.put("busy ms", share.busyNanos() / 1e6);
            add(
                    (share.layer() + " " + share.op() + " " + share.pass().label()).strip() + ": tasks",
                    "tasks",
                    share.thread(),
                    share.start(),
                    share.nanos(),
                    arguments);
        }
    }

    private static Map<String, Object> arguments(TraceEvent event) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("layer", event.layer());
        arguments.put("inputs", event.inputs().stream().map(Shape::toString).toList());
        if (event.output() != null) {
            arguments.put("output", event.output().toString());
        }
        if (!event.work().algorithm().isEmpty()) {
            arguments.put("algorithm", event.work().algorithm());
        }
        arguments.put("direct FLOP", event.work().directFlop());
        arguments.put("executed FLOP", event.work().executedFlop());
        arguments.put("bytes", event.work().bytes());
        return arguments;
    }

    private void add(
            String name, String category, String thread, long start, long nanos, Map<String, Object> arguments) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("name", name);
        event.put("cat", category);
        event.put("ph", "X");
        event.put("ts", (start - origin) / 1e3);
        event.put("dur", nanos / 1e3);
        event.put("pid", PROCESS);
        event.put("tid", threads.computeIfAbsent(thread, key -> threads.size() + 1));
        event.put("args", arguments);
        events.add(event);
    }

    private void nameThread(String name, int id) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("name", "thread_name");
        event.put("ph", "M");
        event.put("pid", PROCESS);
        event.put("tid", id);
        event.put("args", Map.of("name", name));
        events.add(event);
    }
}
