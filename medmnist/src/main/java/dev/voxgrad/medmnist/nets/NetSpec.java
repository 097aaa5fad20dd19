package dev.voxgrad.medmnist.nets;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.io.DataException;

/** The three nets of the study: each stage is twice as wide and half as long as the one before. */
public enum NetSpec {
    NET1(32, 64),
    NET2(32, 64, 128),
    NET3(32, 64, 128, 256);

    private final List<Integer> widths;

    NetSpec(Integer... widths) {
        this.widths = List.of(widths);
    }

    /** Channels of each stage. */
    public List<Integer> widths() {
        return widths;
    }

    /** As on the command line: {@code net1}. */
    public String flag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The net of that name.
     *
     * @throws IllegalArgumentException for another name; lists the known ones
     */
    public static NetSpec byFlag(String flag) {
        return Arrays.stream(values())
                .filter(net -> net.flag().equals(flag))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown net '" + flag + "'; known nets are "
                        + Arrays.stream(values()).map(NetSpec::flag).collect(Collectors.joining(", "))));
    }

    /** The smallest cube that is still a voxel after all poolings. */
    public int smallestEdge() {
        return 1 << widths.size();
    }

    /**
     * Throws if that many volumes at a time would make a tensor of more than 2³¹−1 numbers; the first stage's are the
     * largest.
     */
    public void requireFits(int batchSize, VolumeShape volume) {
        long perVolume = (long) volume.elements() / volume.channels() * widths.getFirst();
        long most = Integer.MAX_VALUE / perVolume;
        if (batchSize > most) {
            throw new DataException(flag() + " takes at most " + most + " volumes of " + volume + " at a time, as no "
                    + "tensor may have more than 2^31-1 numbers; these are " + batchSize + ", so lower --batch-size");
        }
    }

    /**
     * Makes the net, with parameters of zero until they are initialised or loaded.
     *
     * @throws DataException if volumes of that edge are too small for its poolings
     */
    public VolumeNet build(Device device, int channels, int edge, int classes) {
        if (edge < smallestEdge()) {
            throw new DataException(flag() + " halves a volume " + widths.size()
                    + " times and needs an edge of at least " + smallestEdge() + " voxels, but these have " + edge
                    + "; choose a net with fewer stages, or larger volumes");
        }
        return new VolumeNet(device, this, channels, classes);
    }
}
