package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A search of tiny nets on tiny volumes, for tests. */
final class TestSearch {
    private final Path volumes;
    private final Path space;

    /** Writes the volumes and the space to a folder. */
    TestSearch(Path folder) throws IOException {
        volumes = TestVolumes.write(folder.resolve("volumes.npz"), 8, 1, 2, 24, 12, 4);
        space = Files.writeString(folder.resolve("space.txt"), """
                net       choice net1-w0.0625, net1-w0.125
                lr        log 1e-4 to 0.1
                ema       choice 0, 0.9
                schedule  choice constant, cosine, multistep
                augment   choice none, centred
                batch-size choice 6, 8
                first net=net1-w0.125 lr=0.01 ema=0 schedule=cosine augment=none batch-size=8
                """);
    }

    Path volumes() {
        return volumes;
    }

    /** Returns the words of the command that starts a search. */
    Object[] start(Path out, Object... more) {
        List<Object> words = new ArrayList<>(
                List.of("search", "--npz", volumes, "--space", space, "--out", out, "--threads", 1, "--device", "cpu"));
        words.addAll(Arrays.asList(more));
        return words.toArray();
    }

    /** Returns the words of the command that resumes one. */
    static Object[] resume(Path search, Object... more) {
        List<Object> words = new ArrayList<>(List.of("search", "--resume", search, "--threads", 1));
        words.addAll(Arrays.asList(more));
        return words.toArray();
    }

    /** Returns the leaderboard and the predictions of a search, which no interruption may change. */
    static List<String> outcome(Path search) throws IOException {
        List<String> outcome = new ArrayList<>();
        outcome.add(Files.readString(search.resolve("leaderboard.csv")));
        try (var files = Files.list(search.resolve("predictions"))) {
            for (Path file : files.sorted().toList()) {
                outcome.add(file.getFileName() + " " + Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return outcome;
    }
}
