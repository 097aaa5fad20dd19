package dev.voxgrad.medmnist.picture;

/**
 * Writes short captions in letters of 5×7 pixels. Many servers have no fonts, and the JDK's graphics module is left out
 * of bundles, as {@link Picture} says.
 */
final class PixelFont {
    /** Pixels from the start of one letter to the next. */
    static final int ADVANCE = 6;

    static final int HEIGHT = 7;
    private static final int WIDTH = 5;

    /** Each letter as seven rows from the top, a row as five bits from the left in two hexadecimal digits. */
    private static final String[] GLYPHS = {
        "A0E11111F111111", "B1E11111E11111E", "C0E11101010110E", "D1E11111111111E", "E1F10101E10101F",
        "F1F10101E101010", "G0E11101711110F", "H1111111F111111", "I0E04040404040E", "J0702020202120C",
        "K11121418141211", "L1010101010101F", "M111B1515111111", "N11111915131111", "O0E11111111110E",
        "P1E11111E101010", "Q0E11111115120D", "R1E11111E141211", "S0F10100E01011E", "T1F040404040404",
        "U1111111111110E", "V11111111110A04", "W11111115151B11", "X11110A040A1111", "Y11110A04040404",
        "Z1F01020408101F", "00E11131519110E", "1040C040404040E", "20E11010204081F", "31F02040201110E",
        "402060A121F0202", "51F101E0101110E", "60608101E11110E", "71F010204080808", "80E11110E11110E",
        "90E11110F01020C", ".00000000000C0C", ",00000000060408", "-0000001F000000", "+0004041F040400",
        "=00001F001F0000", ":000C0C000C0C00", "(02040808080402", ")08040202020408", "/00010204081000",
        "%18190204081303"
    };

    private PixelFont() {}

    /** Returns the width of a caption in pixels. */
    static int width(String text) {
        return Math.max(0, text.length() * ADVANCE - 1);
    }

    /**
     * Writes a caption from a top left corner. Small letters become capitals, unknown ones blanks, and what has no room
     * is left out.
     */
    static void write(Picture picture, int left, int top, String text, int channels, int level) {
        int room = (picture.width() - left + 1) / ADVANCE;
        for (int i = 0; i < Math.min(text.length(), room); i++) {
            String rows = glyph(Character.toUpperCase(text.charAt(i)));
            for (int y = 0; y < rows.length() / 2; y++) {
                int bits = Integer.parseInt(rows.substring(2 * y, 2 * y + 2), 16);
                for (int x = 0; x < WIDTH; x++) {
                    if ((bits >> (WIDTH - 1 - x) & 1) == 1) {
                        for (int channel = 0; channel < channels; channel++) {
                            picture.set(left + i * ADVANCE + x, top + y, channel, level);
                        }
                    }
                }
            }
        }
    }

    private static String glyph(char letter) {
        for (String glyph : GLYPHS) {
            if (glyph.charAt(0) == letter) {
                return glyph.substring(1);
            }
        }
        return "";
    }
}
