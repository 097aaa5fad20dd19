package dev.voxgrad.medmnist.data;

import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class NameListTest {
    /** Names on the right are separated by bars. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "a,b;                                   a|b",
                "normal;                                normal",
                "\"atypical, benign\",malignant;        atypical, benign|malignant",
                "malignant, \"atypical, benign\" ,x;    malignant|atypical, benign|x",
                "small,2\" and more;                    small|2\" and more",
                "below 2\",2\" and more;                below 2\"|2\" and more",
                "\"small,big;                           \"small|big",
                "\"a\" b,c;                             \"a\" b|c",
                "\"the \"\"big\"\" one\",c;             the \"big\" one|c",
                "\"\"\"a, b\",c;                        \"a, b|c",
                "mäßig, Δ,結節;                         mäßig|Δ|結節",
                "' a',b;                                ' a'|b"
            })
    void readsNames(String text, String names) {
        assertThat(NameList.parse(text)).containsExactly(names.split("\\|"));
    }

    @Test
    void keepsOuterSpacesInsideQuotesOnly() {
        assertThat(NameList.parse("  a , \" b \"")).containsExactly("a", " b ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "x,x;           names class 0 and class 1 both 'x'; expected different names",
                "a,\"x\",x;     names class 1 and class 2 both 'x'",
                "a,,b;          has no name for class 1",
                "a,;            has no name for class 1",
                "\"\",a;        has no name for class 0",
                "a,\" \";       has no name for class 1",
                "``;            has no name for class 0"
            })
    void refusesAmbiguousLists(String text, String message) {
        assertThatThrownBy(() -> NameList.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesControlCharacters() {
        assertThatThrownBy(() -> NameList.parse("a,b\u001b[31m"))
                .hasMessageContaining("control character in the name " + "of class 1");
    }

    @Provide
    Arbitrary<List<String>> names() {
        return Arbitraries.strings()
                .withChars('a', ' ', ',', '"', 'ä')
                .ofMinLength(1)
                .ofMaxLength(6)
                .filter(name -> !name.isBlank())
                .list()
                .uniqueElements()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Property(tries = 500)
    void formatsWhatItReads(@ForAll("names") List<String> names) {
        assertThat(NameList.parse(NameList.format(names))).isEqualTo(names);
    }
}
