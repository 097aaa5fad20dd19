package dev.voxgrad.bench.peers;

/** Lists what is timed. */
enum Phase {
    TRAIN("train", "Training step"),
    INFER("infer", "Inference");

    private final String flag;
    private final String title;

    Phase(String flag, String title) {
        this.flag = flag;
        this.title = title;
    }

    /** Returns its name in the JSON file. */
    String flag() {
        return flag;
    }

    String title() {
        return title;
    }
}
