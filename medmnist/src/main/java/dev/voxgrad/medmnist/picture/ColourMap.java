package dev.voxgrad.medmnist.picture;

/**
 * Maps 0 to 1 to colours from black to white, in the order of their lightness, so that a picture can be read in grey
 * and by the colour-blind: the scheme "cubehelix" (Green, "A colour scheme for the display of astronomical intensity
 * images", Bull. Astr. Soc. India 39, 2011), half a turn from its default start.
 *
 * <pre>
 * φ = 2π (start/3 + turns·λ),  a = λ(1 − λ)/2
 * R = λ + a(−0.14861 cos φ + 1.78277 sin φ)
 * G = λ + a(−0.29227 cos φ − 0.90649 sin φ)
 * B = λ + a(1.97294 cos φ)
 * </pre>
 */
final class ColourMap {
    private static final double START = 0.5;
    private static final double TURNS = -1.5;
    private static final double[] COSINE = {-0.14861, -0.29227, 1.97294};
    private static final double[] SINE = {1.78277, -0.90649, 0};

    private ColourMap() {}

    /**
     * Returns red, green or blue, 0 to 255.
     *
     * @param share from 0 to 1; other values are clamped
     * @param channel 0, 1 or 2
     */
    static int level(double share, int channel) {
        double lightness = Math.clamp(share, 0, 1);
        double angle = 2 * Math.PI * (START / 3 + TURNS * lightness);
        double amplitude = lightness * (1 - lightness) / 2;
        double level = lightness + amplitude * (COSINE[channel] * Math.cos(angle) + SINE[channel] * Math.sin(angle));
        return (int) Math.round(255 * Math.clamp(level, 0, 1));
    }
}
