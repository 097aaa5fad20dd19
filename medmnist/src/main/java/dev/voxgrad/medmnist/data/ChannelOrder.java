package dev.voxgrad.medmnist.data;

/** Between (X,Y,Z,C), as files hold volumes and nets take them, and (C,X,Y,Z), as transforms and people do. */
public final class ChannelOrder {
    private ChannelOrder() {}

    /** Copies from {@code in[from …]}, channels-last, to the whole of {@code out}, one channel after the other. */
    public static void toPlanar(float[] in, int from, int channels, int voxels, float[] out) {
        if (channels == 1) {
            System.arraycopy(in, from, out, 0, voxels);
            return;
        }
        for (int channel = 0; channel < channels; channel++) {
            for (int i = 0; i < voxels; i++) {
                out[channel * voxels + i] = in[from + i * channels + channel];
            }
        }
    }

    /** Copies from the whole of {@code in}, one channel after the other, to {@code out[to …]}, channels-last. */
    public static void toChannelsLast(float[] in, int channels, int voxels, float[] out, int to) {
        if (channels == 1) {
            System.arraycopy(in, 0, out, to, voxels);
            return;
        }
        for (int channel = 0; channel < channels; channel++) {
            for (int i = 0; i < voxels; i++) {
                out[to + i * channels + channel] = in[channel * voxels + i];
            }
        }
    }
}
