package dev.voxgrad.bench.search;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.search.analysis.Progress;
import dev.voxgrad.medmnist.search.strategy.Method;

import static org.assertj.core.api.Assertions.assertThat;

class CourseTableTest {
    @Test
    void hasTheMedianAndTheRangeOfTheSeedsForEachBudget() {
        SequencedMap<Method, List<Progress>> courses = new LinkedHashMap<>();
        courses.put(
                Method.ASHA,
                List.of(
                        new Progress(List.of(1, 2, 4), List.of(0.5, 0.7, 0.8)),
                        new Progress(List.of(1, 3), List.of(0.6, 0.9)),
                        new Progress(List.of(1, 3), List.of(0.4, 0.4))));
        courses.put(
                Method.RANDOM,
                List.of(
                        new Progress(List.of(3), List.of(0.5)),
                        new Progress(List.of(3, 6), List.of(0.6, 0.7)),
                        new Progress(List.of(4), List.of(0.75))));
        assertThat(CourseTable.toText(courses, 4)).startsWith("""

                        | epochs | asha | random |
                        |---|---|---|
                        | 1 | 0.500 (0.400–0.600) | – |
                        | 2 | 0.600 (0.400–0.700) | – |
                        | 3 | 0.700 (0.400–0.900) | – |
                        | 4 | 0.800 (0.400–0.900) | 0.600 (0.500–0.750) |

                        Best validation AUC so far: median of 3 seeds""");
    }
}
