package dev.voxgrad.medmnist.cli.options;

import java.util.Iterator;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;

/** Lists the known nets, for help texts and completion. */
public final class NetNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Nets.all().stream().map(NetSpec::name).iterator();
    }
}
