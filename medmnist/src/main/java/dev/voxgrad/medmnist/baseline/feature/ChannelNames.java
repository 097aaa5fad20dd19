package dev.voxgrad.medmnist.baseline.feature;

import dev.voxgrad.medmnist.data.VolumeShape;

/** Names features of volumes with one or several channels. */
final class ChannelNames {
    private ChannelNames() {}

    /** Returns the name as it is for volumes of one channel, and with the channel's number, from 0, for others. */
    static String of(String name, int channel, VolumeShape shape) {
        return shape.channels() == 1 ? name : name + " of channel " + channel;
    }
}
