package dev.voxgrad.medmnist.cli.options;

import java.util.Arrays;
import java.util.Iterator;

import dev.voxgrad.medmnist.data.DatasetInfo;

/** Lists the official sets, for completion. */
public final class SetNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(DatasetInfo.values()).map(DatasetInfo::flag).iterator();
    }
}
