package dev.voxgrad.medmnist.data.download;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.data.DatasetInfo;
import dev.voxgrad.medmnist.data.VolumeLoader;
import dev.voxgrad.medmnist.io.AtomicFile;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.io.Md5;

/**
 * Fetches the files of data sets over HTTP.
 *
 * <p>Bytes go to {@code NAME.part} next to the target; a part left by an earlier attempt is continued where the
 * server allows it. Only a part whose MD5 sum is right is renamed to the target, in one step. A file that is
 * already there is never touched.
 *
 * <p>Whatever a server answers, there is another attempt, or the advice to place the file by hand. Proxies are taken
 * from the environment: see {@link ProxySettings}.
 */
public final class Downloader implements AutoCloseable {
    /** A server that wants to be left alone for longer is not waited for. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

    private final ProxySettings proxies;
    private final HttpClient client;
    private final int attempts;
    private final Duration pause;
    private final Duration stall;

    /** Receives the number of bytes that have arrived. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called after each piece.
         *
         * @param done bytes on disk so far
         * @param total bytes of the whole file, or −1 if the server does not say
         */
        void update(long done, long total);
    }

    /** Makes four attempts, two seconds apart; gives up a connection that sends next to nothing for a minute. */
    public Downloader() {
        this(4, Duration.ofSeconds(2), Duration.ofMinutes(1));
    }

    Downloader(int attempts, Duration pause, Duration stall) {
        this(attempts, pause, stall, new ProxySettings(System.getenv()));
    }

    Downloader(int attempts, Duration pause, Duration stall, ProxySettings proxies) {
        this.attempts = attempts;
        this.pause = pause;
        this.stall = stall;
        this.proxies = proxies;
        this.client = proxies.applyTo(HttpClient.newBuilder())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(20))
                .build();
    }

    /**
     * Fetches an official file into the folder {@code root}, which is made if need be.
     *
     * @return the file's path; at once if it is there already with the right MD5 sum
     * @throws DataFileException if there is another file in its place, or it cannot be had; says how to place it by
     *     hand
     */
    public Path fetch(DatasetInfo.Source source, Path root, Progress progress) {
        Path target = root.resolve(source.fileName());
        if (Files.exists(target)) {
            String found = Md5.of(target);
            if (found.equals(source.md5())) {
                return target;
            }
            throw new DataFileException(
                    target.toString(),
                    "is there already but has MD5 " + found + " instead of " + source.md5()
                            + "; it was left as it is. Move it away to download the official file");
        }
        Path part = root.resolve(source.fileName() + ".part");
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new DataFileException(
                    root.toString(),
                    "this folder cannot be made: " + AtomicFile.describe(e) + "; choose another --root",
                    e);
        }
        fetchPart(source, target, part, progress);
        moveIntoPlace(part, target);
        return target;
    }

    private void fetchPart(DatasetInfo.Source source, Path target, Path part, Progress progress) {
        String route = proxies.proxyFor(source.address())
                .map(proxy -> ", through the proxy " + proxy)
                .orElse("");
        Transfer transfer = new Transfer(client, stall, source, part, progress);
        String problem = "";
        Duration wait = pause;
        for (int attempt = 0; attempt < attempts; attempt++) {
            if (attempt > 0) {
                sleep(target, wait);
            }
            wait = pause;
            try {
                transfer.run();
                String found = Md5.of(part);
                if (found.equals(source.md5())) {
                    return;
                }
                problem = "what arrived "
                        + (Transfer.isPage(part) ? "is a web page, perhaps the login of this network, and " : "")
                        + "has MD5 " + found + " instead of " + source.md5();
                Files.delete(part);
            } catch (Transfer.RefusedException e) {
                throw failed(source, target, e.getMessage() + route + ". Or ", e);
            } catch (Transfer.BusyException e) {
                if (e.pause().compareTo(LONGEST_PAUSE) > 0) {
                    throw failed(
                            source,
                            target,
                            e.getMessage() + " and wants to be asked again in "
                                    + e.pause().toMinutes() + " minutes. Do that, or ",
                            e);
                }
                problem = e.getMessage();
                wait = e.pause().compareTo(pause) > 0 ? e.pause() : pause;
            } catch (IOException e) {
                problem = "no connection, or it broke (" + Transfer.describe(e) + ")";
            }
        }
        throw failed(
                source,
                target,
                problem + route + ", after " + attempts + " attempts. Check the network"
                        + (route.isEmpty() ? " (behind a proxy, set https_proxy=http://host:port)" : "")
                        + " and try again (it continues where it stopped), or ",
                null);
    }

    private static DataFileException failed(
            DatasetInfo.Source source, Path target, String why, @Nullable IOException cause) {
        return new DataFileException(
                target.toString(), "cannot be downloaded: " + why + VolumeLoader.placeByHand(source, target), cause);
    }

    private static void moveIntoPlace(Path part, Path target) {
        try {
            try {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, target);
            }
        } catch (IOException e) {
            throw new DataFileException(
                    target.toString(), "cannot be put into place from " + part + ": " + AtomicFile.describe(e), e);
        }
    }

    private static void sleep(Path target, Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataFileException(target.toString(), "download was interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
