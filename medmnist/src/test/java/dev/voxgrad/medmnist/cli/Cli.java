package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the command line inside the test's JVM. */
record Cli(int code, String out, String err) {
    /** Runs a command and returns its exit code and output. */
    static Cli run(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), words);
        return new Cli(code, out.toString(), err.toString());
    }

    /** Asserts success without any output on standard error. */
    Cli succeeded() {
        assertThat(err).isEmpty();
        assertThat(code).isZero();
        return this;
    }

    /** Asserts exit code 1 and one line on standard error that contains all these parts. */
    Cli failed(Object... parts) {
        assertThat(err.lines()).as(err).hasSize(1);
        return saysWhy(1, parts);
    }

    /** Asserts exit code 2 and lines on standard error that contain all these parts and point to the help. */
    Cli refused(Object... parts) {
        assertThat(err.lines()).as(err).hasSizeBetween(2, 3);
        assertThat(err).contains("--help'.");
        return saysWhy(2, parts);
    }

    private Cli saysWhy(int expectedCode, Object... parts) {
        assertThat(err).startsWith("medmnist: ").doesNotContain("\tat ", "should not have happened", "Exception");
        for (Object part : parts) {
            assertThat(err).contains(part.toString());
        }
        assertThat(code).as(err).isEqualTo(expectedCode);
        return this;
    }
}
