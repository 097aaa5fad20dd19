package dev.voxgrad.medmnist.cli.ui;

import java.nio.file.Path;
import java.util.Locale;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.download.Downloader;

/** Downloads an official file and shows the progress on the console. */
public final class DownloadProgress {
    private DownloadProgress() {}

    /** Downloads one file to {@code root} and prints where it is and its MD5 sum. */
    public static void fetch(Downloader downloader, DatasetInfo.Source source, Path root, Console console) {
        Path file = downloader.fetch(
                source,
                root,
                (done, total) -> console.status(
                        source.fileName(),
                        String.format(Locale.ROOT, "%,d", done >> 10)
                                + (total < 0 ? "" : String.format(Locale.ROOT, " of %,d", total >> 10)) + " KiB"));
        console.line(file + "  MD5 " + source.md5() + " as published");
    }
}
