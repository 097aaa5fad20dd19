package dev.voxgrad.medmnist.data.download;

import java.net.URI;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.data.download.ProxySettings.Address;
import dev.voxgrad.medmnist.io.DataException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ProxySettingsTest {
    private static final URI ZENODO = URI.create("https://zenodo.org/records/1");

    @ParameterizedTest
    @CsvSource({
        "http://proxy:3128, proxy, 3128, '', ''",
        "proxy:3128, proxy, 3128, '', ''",
        "proxy, proxy, 80, '', ''",
        "HTTP://proxy:8080/, proxy, 8080, '', ''",
        "http://me:a%3Ab%40+@10.0.0.1:81, 10.0.0.1, 81, me, a:b@+",
        "me@proxy:1, proxy, 1, me, ''",
        "http://[::1]:3128, ::1, 3128, '', ''",
        "' http://proxy:1 ', proxy, 1, '', ''"
    })
    void readsAddresses(String value, String host, int port, String user, String password) {
        assertThat(new ProxySettings(Map.of("https_proxy", value)).proxyFor(ZENODO))
                .hasValue(new Address("https_proxy", host, port, user, password));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://me:secret@",
                "http://me:secret@host:99999",
                "socks5://me:secret@host:1",
                "https://me:secret@host:1",
                "me:secret@host:port",
                "http://me:secret@a b:1",
                "http://me:secret%zz@host:1",
                "http://me:secret@host:0",
                "http://me:secret@host:1/path"
            })
    void errorsDoNotRevealThePassword(String value) {
        assertThatThrownBy(() -> new ProxySettings(Map.of("ALL_PROXY", value)).proxyFor(ZENODO))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("ALL_PROXY")
                .hasMessageContaining("expected http://host:port")
                .message()
                .doesNotContain("secret");
    }

    @Test
    void choosesProxyByTargetAddress() {
        ProxySettings settings = new ProxySettings(
                Map.of("http_proxy", "a:1", "HTTPS_PROXY", "b:1", "https_proxy", "", "all_proxy", "c:1"));
        assertThat(settings.proxyFor(URI.create("http://x/")))
                .hasValueSatisfying(proxy -> assertThat(proxy).hasToString("a:1 (http_proxy)"));
        assertThat(settings.proxyFor(ZENODO))
                .hasValueSatisfying(proxy -> assertThat(proxy).hasToString("b:1 (HTTPS_PROXY)"));
        assertThat(new ProxySettings(Map.of("all_proxy", "c:1")).proxyFor(ZENODO))
                .isPresent();
        assertThat(new ProxySettings(Map.of()).proxyFor(ZENODO)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "zenodo.org, true",
        ".org, true",
        "*.zenodo.org, true",
        "*, true",
        "'a,b ,ZENODO.org', true",
        "zenodo.org:443, true",
        "zenodo.org:80, false",
        "nodo.org, false",
        "x.zenodo.org, false",
        "'', false"
    })
    void noProxyNamesExceptions(String exceptions, boolean excepted) {
        for (String variable : new String[] {"no_proxy", "NO_PROXY"}) {
            assertThat(new ProxySettings(Map.of("https_proxy", "proxy:1", variable, exceptions))
                            .proxyFor(ZENODO)
                            .isEmpty())
                    .isEqualTo(excepted);
        }
    }

    @Test
    void javaPropertiesTakePrecedence() {
        System.setProperty("https.proxyHost", "other");
        try {
            assertThat(new ProxySettings(Map.of("https_proxy", "proxy:1")).proxyFor(ZENODO))
                    .isEmpty();
        } finally {
            System.clearProperty("https.proxyHost");
        }
    }
}
