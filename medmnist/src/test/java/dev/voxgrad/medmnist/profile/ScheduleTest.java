package dev.voxgrad.medmnist.profile;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.trace.LoopEvent;
import dev.voxgrad.engine.trace.Pass;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests the simulation by schedules that can be drawn by hand. */
class ScheduleTest {
    private static LoopEvent loop(Long... nanos) {
        return new LoopEvent("layer1", "conv3d", Pass.FORWARD, Arrays.asList(nanos));
    }

    @Test
    void threadsTakeTasksInOrderAsTheyBecomeFree() {
        List<Long> tasks = List.of(3L, 1L, 1L, 4L);
        assertThat(Schedule.makespan(tasks, 1)).isEqualTo(9);
        assertThat(Schedule.makespan(tasks, 2))
                .as("one thread takes 3 and 4, though 3+1+1 next to 4 would be shorter")
                .isEqualTo(6);
        assertThat(Schedule.makespan(tasks, 3)).isEqualTo(5);
        assertThat(Schedule.makespan(tasks, 4)).isEqualTo(4);
        assertThat(Schedule.makespan(tasks, 64)).isEqualTo(4);
        assertThat(Schedule.makespan(List.of(), 2)).isZero();
    }

    @Test
    void loopsFollowOneAnotherAndTheRestIsSerial() {
        Schedule schedule = new Schedule(30, List.of(loop(3L, 1L, 1L, 4L), loop(10L)));
        assertThat(schedule.serialNanos()).isEqualTo(30 - 9 - 10);
        assertThat(schedule.nanos(1)).isEqualTo(30);
        assertThat(schedule.nanos(2)).isEqualTo(11 + 6 + 10);
        assertThat(schedule.nanos(64)).isEqualTo(11 + schedule.longestTasks()).isEqualTo(11 + 4 + 10);
    }

    @Test
    void evenTasksScaleToTheirNumber() {
        Schedule schedule =
                new Schedule(6400, List.of(loop(Collections.nCopies(64, 100L).toArray(Long[]::new))));
        assertThat(schedule.nanos(16)).isEqualTo(400);
        assertThat(schedule.nanos(63)).as("one task is left over").isEqualTo(200);
        assertThat(schedule.nanos(64)).isEqualTo(100);
    }
}
