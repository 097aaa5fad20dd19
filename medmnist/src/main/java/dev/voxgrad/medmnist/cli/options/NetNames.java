package dev.voxgrad.medmnist.cli.options;

import java.util.Iterator;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.nets.Nets;

/** Lists the known nets, for help texts and completion. */
public final class NetNames implements Iterable<String> {
    /** Explains the names that are not listed. */
    public static final String WIDTHS =
            "net1, net2 and net3 also exist narrower and wider: net1-w0.5 has half the channels.";

    @Override
    public Iterator<String> iterator() {
        return Nets.all().stream().map(NetSpec::name).iterator();
    }
}
