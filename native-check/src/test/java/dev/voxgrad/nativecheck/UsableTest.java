package dev.voxgrad.nativecheck;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.voxgrad.nativecheck.library.LibraryPath;
import dev.voxgrad.nativecheck.probe.SmokeTest;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests which parts of CUDA can be tested without a GPU. */
class UsableTest {
    @Test
    void withoutGpuOnlyTheCompilerIsTested() {
        LibraryPath nothing = new LibraryPath(List.of(), Map.of(), List.of(), List.of());
        Usable usable =
                new Usable(false, new Libraries(nothing, false, Optional.empty(), Optional.empty(), Optional.empty()));
        for (SmokeTest test : SmokeTest.values()) {
            assertThat(usable.obstacle(test))
                    .contains(
                            test == SmokeTest.NVRTC
                                    ? "neither libnvrtc.so.13 nor libnvrtc.so.12 was found"
                                    : "there is no working GPU");
        }
        assertThat(usable.versionsToQuery()).isEmpty();
    }
}
