package dev.voxgrad.medmnist.data.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Counts what a finding is about, and keeps the first ones to name them: there may be millions. */
final class Examples {
    private static final int MOST_SHOWN = 8;

    private final List<String> first = new ArrayList<>();
    private int count;

    void add(Supplier<String> words) {
        if (count < MOST_SHOWN) {
            first.add(words.get());
        }
        count++;
    }

    int count() {
        return count;
    }

    /** Returns the first ones in words, and the number of the others: {@code 3 (…), 7 (…) and 2 more}. */
    @Override
    public String toString() {
        return String.join(", ", first) + (count > first.size() ? " and " + (count - first.size()) + " more" : "");
    }
}
