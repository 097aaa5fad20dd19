package dev.voxgrad.medmnist.data.download;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.medmnist.io.DataException;

/**
 * Finds the proxy that a request goes through, as curl, pip and Python's urllib do: {@code https_proxy} and
 * {@code http_proxy} by the address that is wanted, or else {@code all_proxy}, and {@code no_proxy} for hosts that are
 * reached without one, each also in capitals. Java by itself knows its own properties only, such as
 * {@code -Dhttps.proxyHost}, which come first here.
 */
final class ProxySettings {
    /** {@code [http://][user[:password]@]host[:port][/]}; an IPv6 address is in brackets. */
    private static final Pattern ADDRESS =
            Pattern.compile("(?:(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://)?(?:(?<user>[^:@/]*)(?::(?<password>[^@/]*))?@)?"
                    + "(?<host>\\[[0-9A-Fa-f:.%]+]|[^\\s:@/\\[\\]]+)(?::(?<port>\\d{1,5}))?/?");

    private static final int USUAL_PORT = 80;
    private static final int HIGHEST_PORT = 65_535;
    /**
     * Names Java's list of ways not to send passwords to proxies for HTTPS, which contains the usual way unless this is
     * set. Java reads it once, when a JVM makes its first HTTP client: a program that makes one before it uses this
     * class has to start with {@code -Djdk.http.auth.tunneling.disabledSchemes=none}.
     */
    private static final String DISABLED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

    private final Map<String, String> environment;

    ProxySettings(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * A proxy.
     *
     * @param variable which names it
     * @param host by name or number
     * @param user empty for none
     */
    record Address(String variable, String host, int port, String user, String password) {
        /** Returns the address without user and password, which stay secret. */
        @Override
        public String toString() {
            return host + ":" + port + " (" + variable + ")";
        }
    }

    /**
     * Returns the proxy for an address; empty for none, or where Java's own properties name one.
     *
     * @throws DataException if the environment names a proxy in a way that is not understood
     */
    Optional<Address> proxyFor(URI wanted) {
        String scheme = wanted.getScheme().toLowerCase(Locale.ROOT);
        if (System.getProperty(scheme + ".proxyHost") != null
                || System.getProperty("socksProxyHost") != null
                || isExcepted(wanted)) {
            return Optional.empty();
        }
        for (String name : List.of(scheme + "_proxy", "all_proxy")) {
            for (String variable : List.of(name, name.toUpperCase(Locale.ROOT))) {
                String value = environment.getOrDefault(variable, "").strip();
                if (!value.isEmpty()) {
                    return Optional.of(parse(variable, value));
                }
            }
        }
        return Optional.empty();
    }

    private static Address parse(String variable, String value) {
        Matcher parts = ADDRESS.matcher(value);
        if (!parts.matches()) {
            throw wrong(variable, "is not the address of a proxy");
        }
        String scheme = parts.group("scheme");
        if (scheme != null && !scheme.equalsIgnoreCase("http")) {
            throw wrong(
                    variable,
                    "names a proxy that is spoken to by " + scheme.toLowerCase(Locale.ROOT) + ", which Java cannot");
        }
        int port = parts.group("port") == null ? USUAL_PORT : Integer.parseInt(parts.group("port"));
        if (port < 1 || port > HIGHEST_PORT) {
            throw wrong(variable, "has the port " + port);
        }
        String host = parts.group("host").replaceAll("[\\[\\]]", "");
        return new Address(
                variable,
                host,
                port,
                decoded(variable, parts.group("user")),
                decoded(variable, parts.group("password")));
    }

    /** Returns the error without the value, which may contain a password. */
    private static DataException wrong(String variable, String problem) {
        return new DataException("the environment variable " + variable + " " + problem
                + "; expected http://host:port or http://user:password@host:port, with %40 for an @ in the password");
    }

    private static String decoded(String variable, String text) {
        try {
            return text == null ? "" : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw wrong(variable, "has a % that stands for no letter");
        }
    }

    private boolean isExcepted(URI wanted) {
        String host = wanted.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
        int port = wanted.getPort() >= 0 ? wanted.getPort() : wanted.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        String exceptions = environment.getOrDefault("no_proxy", environment.getOrDefault("NO_PROXY", ""));
        for (String word : exceptions.toLowerCase(Locale.ROOT).split("[\\s,]+")) {
            String name = word.replaceFirst("^\\*?\\.", "");
            if (word.equals("*")
                    || matches(name, host)
                    || name.endsWith(":" + port) && matches(name.substring(0, name.lastIndexOf(':')), host)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String name, String host) {
        String plain = name.replaceAll("[\\[\\]]", "");
        return !plain.isEmpty() && (host.equals(plain) || host.endsWith("." + plain));
    }

    /** Makes a client use these settings for all its requests, including redirections. */
    HttpClient.Builder applyTo(HttpClient.Builder client) {
        if (System.getProperty(DISABLED_SCHEMES) == null) {
            System.setProperty(DISABLED_SCHEMES, "");
        }
        return client.proxy(new Selector()).authenticator(new Passwords());
    }

    private final class Selector extends ProxySelector {
        @Override
        public List<Proxy> select(URI wanted) {
            Optional<Address> proxy = proxyFor(wanted);
            if (proxy.isPresent()) {
                return List.of(new Proxy(
                        Proxy.Type.HTTP,
                        InetSocketAddress.createUnresolved(
                                proxy.get().host(), proxy.get().port())));
            }
            ProxySelector java = ProxySelector.getDefault();
            return java == null || isExcepted(wanted) ? List.of(Proxy.NO_PROXY) : java.select(wanted);
        }

        @Override
        public void connectFailed(URI wanted, SocketAddress proxy, IOException why) {
            // The sender of the request gets the exception.
        }
    }

    /** Gives the password only to the proxy of the environment, never to a server. */
    private final class Passwords extends Authenticator {
        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            if (getRequestorType() != RequestorType.PROXY || getRequestingURL() == null) {
                return null;
            }
            return proxyFor(URI.create(getRequestingURL().toString()))
                    .filter(proxy -> !proxy.user().isEmpty() && proxy.host().equalsIgnoreCase(getRequestingHost()))
                    .map(proxy -> new PasswordAuthentication(
                            proxy.user(), proxy.password().toCharArray()))
                    .orElse(null);
        }
    }
}
