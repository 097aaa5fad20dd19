package dev.voxgrad.medmnist.io;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Recognises files that are given instead of a {@code .npz} or {@code .npy}, by their first bytes, so that a message
 * can name them and say what to do.
 *
 * @param words completes the sentence "it …"
 * @param advice a sentence: how to get at what is wanted
 */
public record FileKind(String words, String advice) {
    /** Bytes from the file's start that are enough: NIfTI has its mark at 344, tar at 257. */
    public static final int HEAD = 352;

    private static final int LONGEST_SHOWN = 120;
    /** The arguments of NumPy's function that make a file which can be read. */
    public static final String ARRAYS = "'volumes.npz', train_images=…, train_labels=…, val_images=…, val_labels=…, "
            + "test_images=…, test_labels=…";

    private static final String SAVE = "numpy.savez_compressed(" + ARRAYS + ")";

    /** Returns what a file that starts with these bytes is, if it is known and neither a zip nor an array. */
    public static Optional<FileKind> of(byte[] head) {
        if (head.length == 0) {
            return known("is empty", "Something has truncated it or never written it; fetch it again");
        }
        return medical(head).or(() -> python(head)).or(() -> packed(head)).or(() -> text(head));
    }

    private static Optional<FileKind> medical(byte[] head) {
        if (at(head, 344, "n+1\0") || at(head, 344, "ni1\0") || at(head, 4, "n+2\0") || at(head, 4, "ni2\0")) {
            return known(
                    "is a NIfTI image",
                    "Make a set from a folder of such scans and a table of labels: medmnist import");
        }
        if (at(head, 128, "DICM")) {
            return known(
                    "is a DICOM image",
                    "Convert each series with dcm2niix, and make a set from the scans: medmnist import");
        }
        if (at(head, 0, "NRRD") || at(head, 0, "ObjectType")) {
            return known(
                    "is a " + (head[0] == 'N' ? "NRRD" : "MetaImage") + " image",
                    "Read it with SimpleITK: "
                            + "SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(name)), and save all volumes with "
                            + SAVE);
        }
        return Optional.empty();
    }

    private static Optional<FileKind> python(byte[] head) {
        if (at(head, 0, "\u0093NUMPY")) {
            return known("is a single array (.npy)", "Save all six arrays in one file with " + SAVE);
        }
        if (at(head, 0, "\u0089HDF\r\n\u001a\n") || at(head, 0, "MATLAB 7.3")) {
            return known(
                    "is an HDF5 file (.h5, or a MATLAB file from version 7.3 on)",
                    "Read it with h5py: " + "h5py.File(name)['train_images'][()], and save the arrays with " + SAVE);
        }
        if (at(head, 0, "MATLAB 5.0")) {
            return known(
                    "is a MATLAB file (.mat)", "Read it with scipy.io.loadmat(name), and save the arrays with " + SAVE);
        }
        boolean pickle = head[0] == (byte) 0x80 && head.length > 1 && head[1] >= 2 && head[1] <= 5;
        if (pickle) {
            return known(
                    "is a Python pickle",
                    "A pickle runs code when it is opened, so it is not read here. If you "
                            + "trust it, open it in Python and save the arrays with " + SAVE);
        }
        return Optional.empty();
    }

    private static Optional<FileKind> packed(byte[] head) {
        String kind = at(head, 0, "\u001f\u008b")
                ? "gzip (.gz)"
                : at(head, 0, "BZh")
                        ? "bzip2 (.bz2)"
                        : at(head, 0, "\u00fd7zXZ\0")
                                ? "xz (.xz)"
                                : at(head, 0, "(\u00b5/\u00fd")
                                        ? "Zstandard (.zst)"
                                        : at(head, 0, "7z\u00bc\u00af\u0027\u001c")
                                                ? "7-Zip (.7z)"
                                                : at(head, 0, "Rar!\u001a")
                                                        ? "RAR (.rar)"
                                                        : at(head, 257, "ustar") ? "tar (.tar)" : null;
        return kind == null
                ? Optional.empty()
                : known(
                        "is packed with " + kind,
                        "Unpack it first. If a NIfTI image "
                                + "(.nii) is in it, make a set from all scans: medmnist import");
    }

    private static Optional<FileKind> text(byte[] head) {
        String text =
                new String(head, StandardCharsets.ISO_8859_1).stripLeading().toLowerCase(Locale.ROOT);
        if (text.startsWith("version https://git-lfs")) {
            return known("is a Git LFS pointer, not the file itself", "Fetch the file with: git lfs pull");
        }
        if (text.startsWith("<!doctype") || text.startsWith("<html") || text.startsWith("<?xml")) {
            return known(
                    "is a web page (HTML or XML), probably an error or login page instead of a download",
                    "Open its address in a browser, and download the file itself");
        }
        boolean png = at(head, 0, "\u0089PNG");
        if (png || at(head, 0, "\u00ff\u00d8\u00ff")) {
            return known(
                    "is a " + (png ? "PNG" : "JPEG") + " picture",
                    "Stack slices to volumes in NumPy, and save them with " + SAVE);
        }
        return Optional.empty();
    }

    private static Optional<FileKind> known(String words, String advice) {
        return Optional.of(new FileKind(words, advice));
    }

    /** Returns whether the bytes from {@code from} on are those of a text, one byte for each character. */
    private static boolean at(byte[] head, int from, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < wanted.length; i++) {
            if (from + i >= head.length || head[from + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Returns text from a file as it may be shown: without control characters, and not too long. */
    public static String shown(String text) {
        String start = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
        return start.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
    }
}
