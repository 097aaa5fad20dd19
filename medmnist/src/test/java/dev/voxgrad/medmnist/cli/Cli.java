package dev.voxgrad.medmnist.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs the command line inside the test's JVM. */
record Cli(int code, String out, String err) {
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
}
