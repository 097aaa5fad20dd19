package dev.voxgrad.medmnist.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.InflaterInputStream;

import dev.voxgrad.medmnist.data.npz.NpyArray;

/** Creates file contents for the tests. */
public final class Bytes {
    private Bytes() {}

    /** Returns a .npy file of that header text (version 1.0, not padded) and data. */
    public static byte[] npy(String header, byte... data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        out.write(header.length());
        out.write(header.length() >> 8);
        out.writeBytes(header.getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(data);
        return out.toByteArray();
    }

    public static NpyArray read(byte[] file) {
        try {
            return NpyArray.read(new ByteArrayInputStream(file), file.length, "test.npy");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Undoes {@code base64.b64encode(zlib.compress(...))}. */
    public static byte[] unpack(String text) {
        try (InflaterInputStream in = new InflaterInputStream(
                new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
