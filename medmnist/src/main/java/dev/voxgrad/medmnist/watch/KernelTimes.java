package dev.voxgrad.medmnist.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.voxgrad.engine.trace.TraceEvent;

/** Takes the median time of each kernel over steps that ran the same kernels. */
record KernelTimes(
        Map<Integer, List<StepData.Kernel>> forward,
        Map<Integer, List<StepData.Kernel>> backward,
        List<StepData.Kernel> update) {
    static KernelTimes of(List<StepRecorder> steps) {
        return new KernelTimes(
                medians(steps.stream().map(StepRecorder::forward).toList()),
                medians(steps.stream().map(StepRecorder::backward).toList()),
                kernels(steps.stream().map(StepRecorder::update).toList()));
    }

    private static Map<Integer, List<StepData.Kernel>> medians(List<Map<Integer, List<TraceEvent>>> steps) {
        return steps.getFirst().keySet().stream()
                .collect(Collectors.toMap(
                        vertex -> vertex,
                        vertex -> kernels(steps.stream()
                                .map(step -> step.getOrDefault(vertex, List.of()))
                                .toList())));
    }

    private static List<StepData.Kernel> kernels(List<List<TraceEvent>> steps) {
        List<TraceEvent> first = steps.getFirst();
        List<StepData.Kernel> kernels = new ArrayList<>();
        for (int i = 0; i < first.size(); i++) {
            int at = i;
            TraceEvent event = first.get(i);
            if (steps.stream().anyMatch(step -> step.size() != first.size())) {
                throw new IllegalStateException("watch: equal steps ran different kernels of " + event.op());
            }
            double nanos =
                    median(steps.stream().map(step -> step.get(at).nanos()).toList());
            kernels.add(new StepData.Kernel(
                    event.op() + " " + event.pass().label(),
                    event.work().algorithm(),
                    nanos / 1e3,
                    event.work().executedFlop(),
                    event.work().directFlop(),
                    event.work().bytes()));
        }
        return kernels;
    }

    /** Returns the median of at least one number. */
    static double median(List<Long> numbers) {
        List<Long> sorted = numbers.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2.0;
    }
}
