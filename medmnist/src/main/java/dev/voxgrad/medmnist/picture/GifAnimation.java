package dev.voxgrad.medmnist.picture;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Encodes an endless animation of grey pictures as GIF (version 89a). Source: CompuServe, "Graphics Interchange Format,
 * version 89a", 1990, with Netscape's extension for loops. Java's own encoder is in the desktop module, which bundles
 * leave out.
 */
public final class GifAnimation {
    private static final int GREYS = 256;
    private static final int MOST_PIXELS = 0xFFFF;
    private static final int LONGEST_BLOCK = 255;
    private static final int HUNDREDTHS = 10;

    private final int width;
    private final int height;
    private final int delay;
    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final Lzw lzw = new Lzw();

    /**
     * Starts an animation.
     *
     * @param width of the frames in pixels, at most 65535
     * @param millis for which a frame is shown, rounded to hundredths of a second
     */
    public GifAnimation(int width, int height, int millis) {
        if (width < 1 || height < 1 || width > MOST_PIXELS || height > MOST_PIXELS) {
            throw new IllegalArgumentException(
                    "animation: expected 1 to " + MOST_PIXELS + " pixels, was " + width + " and " + height);
        }
        this.width = width;
        this.height = height;
        this.delay = Math.round((float) millis / HUNDREDTHS);
        text("GIF89a");
        number(width);
        number(height);
        bytes(0xF7, 0, 0); // a table of 256 colours, of 8 bits each
        for (int grey = 0; grey < GREYS; grey++) {
            bytes(grey, grey, grey);
        }
        bytes(0x21, 0xFF, 11);
        text("NETSCAPE2.0");
        bytes(3, 1);
        number(0); // repeat without end
        bytes(0);
    }

    private void bytes(int... values) {
        for (int value : values) {
            file.write(value);
        }
    }

    private void text(String ascii) {
        file.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private void number(int value) {
        bytes(value, value >> 8);
    }

    /**
     * Adds a frame.
     *
     * @param greys rows from top to bottom, one unsigned byte a pixel
     */
    public void add(byte[] greys) {
        if (greys.length != width * height) {
            throw new IllegalArgumentException(
                    "animation: expected " + width * height + " pixels, was " + greys.length);
        }
        bytes(0x21, 0xF9, 4, 0);
        number(delay);
        bytes(0, 0);
        bytes(0x2C);
        number(0);
        number(0);
        number(width);
        number(height);
        bytes(0, 8);
        byte[] packed = lzw.pack(greys);
        for (int at = 0; at < packed.length; at += LONGEST_BLOCK) {
            int length = Math.min(LONGEST_BLOCK, packed.length - at);
            bytes(length);
            file.write(packed, at, length);
        }
        bytes(0);
    }

    /** Returns the file's bytes. */
    public byte[] encode() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(file.size() + 1);
        whole.writeBytes(file.toByteArray());
        whole.write(0x3B);
        return whole.toByteArray();
    }

    /** Packs bytes with codes of 9 to 12 bits (Lempel, Ziv, Welch), as GIF wants them. */
    private static final class Lzw {
        private static final int CLEAR = 256;
        private static final int END = 257;
        private static final int MOST_CODES = 4096;
        private static final int MOST_TABLES = Integer.MAX_VALUE / MOST_CODES;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        /** The code of a known sequence and one byte more, with the number of its table above it; 0 is none. */
        private final int[] longer = new int[MOST_CODES * GREYS];

        private int table;
        private int codes;
        private int width = 9;
        private int bits;
        private int held;

        /** Returns the codes of one frame, whose first and last ones are CLEAR and END. */
        byte[] pack(byte[] values) {
            out.reset();
            clear();
            int now = values[0] & 0xFF;
            for (int i = 1; i < values.length; i++) {
                int place = now * GREYS + (values[i] & 0xFF);
                if (longer[place] / MOST_CODES == table) {
                    now = longer[place] % MOST_CODES;
                    continue;
                }
                put(now);
                learn(place);
                now = values[i] & 0xFF;
            }
            put(now);
            put(END);
            if (held > 0) {
                out.write(bits);
            }
            width = 9;
            bits = 0;
            held = 0;
            return out.toByteArray();
        }

        private void clear() {
            put(CLEAR);
            if (table == MOST_TABLES) {
                Arrays.fill(longer, 0);
                table = 0;
            }
            table++;
            codes = END + 1;
            width = 9;
        }

        private void learn(int place) {
            if (codes == MOST_CODES) {
                clear();
                return;
            }
            if (codes == 1 << width) {
                width++;
            }
            longer[place] = table * MOST_CODES + codes++;
        }

        private void put(int code) {
            bits |= code << held;
            held += width;
            while (held >= 8) {
                out.write(bits);
                bits >>>= 8;
                held -= 8;
            }
        }
    }
}
