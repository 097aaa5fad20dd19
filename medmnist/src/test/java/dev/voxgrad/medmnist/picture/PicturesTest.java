package dev.voxgrad.medmnist.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.VolumeShape;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests which planes are drawn, and in which colours. */
class PicturesTest {
    private static final VolumeShape SHAPE = new VolumeShape(1, 20, 10, 8);

    /** Returns a volume of 5 with a block of 200 in a corner: X 12 to 19, Y 1 to 3, Z 6. */
    private static float[] block() {
        float[] volume = new float[SHAPE.voxels()];
        for (int i = 0; i < volume.length; i++) {
            int x = i / 80;
            int y = i / 8 % 10;
            volume[i] = x >= 12 && y >= 1 && y <= 3 && i % 8 == 6 ? 200 : 5;
        }
        return volume;
    }

    @Test
    void planesCutTheObjectAndNotTheMiddle() {
        ContentPlanes planes = new ContentPlanes(block(), SHAPE);
        assertThat(planes.across(0, 3)).containsExactly(13, 15, 17);
        assertThat(planes.across(1, 3)).containsExactly(1, 2, 3);
        assertThat(planes.across(2, 3)).containsExactly(6, 6, 6);
    }

    @Test
    void darkObjectsAndFaintNoiseAreTreatedAlike() {
        float[] negative = block();
        for (int i = 0; i < negative.length; i++) {
            negative[i] = -negative[i] + (i % 7 == 0 ? 10 : 0);
        }
        assertThat(new ContentPlanes(negative, SHAPE).across(0, 3)).containsExactly(13, 15, 17);
    }

    @Test
    void blankVolumeIsCutAtQuarters() {
        assertThat(new ContentPlanes(new float[SHAPE.voxels()], SHAPE).across(0, 3))
                .containsExactly(5, 10, 15);
    }

    @Test
    void captionsNameAxisAndIndex() throws IOException {
        BufferedImage named = image(SliceMontage.of(List.of(block()), List.of("volume 3"), SHAPE));
        BufferedImage unnamed = image(SliceMontage.of(List.of(block()), List.of(""), SHAPE));
        assertThat(brightPixels(named, 0, 10)).isGreaterThan(100);
        assertThat(brightPixels(unnamed, 0, 10)).isZero();
        assertThat(brightPixels(named, 10, 20))
                .as("X=13 and so on")
                .isEqualTo(brightPixels(unnamed, 10, 20))
                .isGreaterThan(100);
    }

    private static BufferedImage image(Picture picture) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(picture.png()));
    }

    private static int brightPixels(BufferedImage image, int top, int bottom) {
        int count = 0;
        for (int y = top; y < bottom; y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += image.getRaster().getSample(x, y, 0) == 255 ? 1 : 0;
            }
        }
        return count;
    }

    /** Lightness by the weights of Rec. 709; a step of a hundredth never makes it darker. */
    @Test
    void coloursCanBeReadInGrey() {
        double before = -1;
        for (int i = 0; i <= 100; i++) {
            double lightness = 0.2126 * ColourMap.level(i / 100.0, 0)
                    + 0.7152 * ColourMap.level(i / 100.0, 1)
                    + 0.0722 * ColourMap.level(i / 100.0, 2);
            assertThat(lightness).as("at " + i).isGreaterThanOrEqualTo(before);
            before = lightness;
        }
        assertThat(ColourMap.level(0, 1)).isZero();
        assertThat(ColourMap.level(1, 1)).isEqualTo(255);
        assertThat(ColourMap.level(Double.NaN, 1)).isBetween(0, 255);
    }

    @Test
    void overlayIsTheDimmedVolumeWhereTheMapIsZero() throws IOException {
        VolumeShape shape = new VolumeShape(1, 8);
        float[] volume = new float[512];
        for (int i = 0; i < 512; i++) {
            volume[i] = i / 511f;
        }
        float[] map = new float[512];
        map[3 * 64 + 4 * 8 + 5] = 2;
        int[] at = {3, 4, 5};
        BufferedImage plain = image(OverlayPicture.of(volume, shape, new float[512], at, "map"));
        BufferedImage positive = image(OverlayPicture.of(volume, shape, map, at, "map"));
        int row = 8 * 21 + 12 + 4; // zoom 21, a line of captions, a gap
        int left = 4;
        int top = 12 + 12;
        for (int y = 0; y < 8; y++) {
            for (int z = 0; z < 8; z++) {
                int level = plain.getRaster().getSample(left + 21 * z, top + 21 * y, 0);
                int dimmed = plain.getRaster().getSample(left + 21 * z, top + row + 21 * y, 0);
                assertThat(dimmed).isBetween((int) (0.6 * level) - 1, (int) (0.6 * level) + 1);
                assertThat(positive.getRGB(left + 21 * z, top + row + 21 * y)
                                == plain.getRGB(left + 21 * z, top + row + 21 * y))
                        .as(y + "," + z)
                        .isEqualTo(y != 4 || z != 5);
                assertThat(positive.getRGB(left + 21 * z, top + 2 * row + 21 * y) == 0xFFFFFFFF)
                        .as("the largest value is white")
                        .isEqualTo(y == 4 && z == 5);
            }
        }
        map[0] = -1;
        assertThat(image(OverlayPicture.of(volume, shape, map, at, "map")).getHeight())
                .as("values below zero add two rows")
                .isEqualTo(positive.getHeight() + 2 * row);
    }
}
