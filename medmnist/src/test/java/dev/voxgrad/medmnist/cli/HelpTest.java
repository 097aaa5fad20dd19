package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/** Checks the help of all commands: examples, topics, exit codes, completion, man pages, files of arguments. */
class HelpTest {
    @TempDir
    private static Path folder;

    private static CommandLine root() {
        return Main.commandLine(new Main());
    }

    static Stream<Arguments> commands() {
        return Stream.concat(Stream.of(""), root().getSubcommands().keySet().stream())
                .flatMap(name -> Stream.of(Arguments.of(name, 60), Arguments.of(name, 80), Arguments.of(name, 200)));
    }

    private static String help(String name, int width) {
        CommandLine command = name.isEmpty() ? root() : root().getSubcommands().get(name);
        command.getCommandSpec().usageMessage().autoWidth(false).width(width);
        return command.getUsageMessage(Ansi.OFF);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void examplesCanBePastedAtAnyWidth(String name, int width) {
        List<String> examples = examples(help(name, width));
        assertThat(examples).isNotEmpty();
        for (String example : examples) {
            String[] words = new Guides.Command(name, 0, example)
                    .words().stream().skip(1).toArray(String[]::new);
            assertThatCode(() -> root().parseArgs(words)).as(example).doesNotThrowAnyException();
        }
    }

    /** Returns the commands of a help text as a shell would read them. */
    private static List<String> examples(String help) {
        return Stream.of(help.replace("\\\n", " ").split("\n"))
                .filter(line -> line.startsWith("  medmnist "))
                .map(line -> line.replaceFirst(" # .*", ""))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void showsEveryOptionOnce(String name, int width) {
        CommandLine command = name.isEmpty() ? root() : root().getSubcommands().get(name);
        String help = help(name, width);
        for (OptionSpec option : command.getCommandSpec().options()) {
            String shown = option.negatable() ? "--[no-]" + option.longestName().substring(2) : option.longestName();
            Pattern row = Pattern.compile("(  -\\w, |      )(--[\\w-]+, )*" + Pattern.quote(shown) + "(?![\\w-]).*");
            long times =
                    help.lines().filter(line -> row.matcher(line).matches()).count();
            assertThat(times).as(option.longestName()).isEqualTo(option.hidden() ? 0 : 1);
        }
    }

    @Test
    void groupsManyOptionsByTopic() {
        assertThat(help("train", 80).lines())
                .containsSubsequence("Options:", "Volumes:", "Training:", "Device:", "General:", "Exit codes:");
        assertThat(help("status", 80).lines()).contains("Options:").doesNotContain("General:");
    }

    @Test
    void theGuideHasTheExitCodesOfTheHelp() throws IOException {
        String guide = Files.readString(Guides.CHECKOUT.resolve("medmnist/docs/terminal.md"));
        root().getCommandSpec()
                .usageMessage()
                .exitCodeList()
                .forEach((code, meaning) -> assertThat(guide).contains("| " + code + " | " + meaning.split("[:;]")[0]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "status", "search"})
    void everyCommandHasTheSameExitCodes(String name) {
        assertThat(help(name, 80)).contains("Exit codes:\n  0 ", "\n  70 ", "\n  130, 143 ");
    }

    @Test
    void theFirstPageNamesTheEnvironment() {
        assertThat(help("", 80)).contains("VOXGRAD_OPTS", "@FILE");
        assertThat(help("train", 80)).doesNotContain("VOXGRAD_OPTS");
    }

    @Test
    void argumentsMayComeFromAFile() throws IOException {
        Path file =
                Files.writeString(folder.resolve("net.args"), "# a small net\n--net net1\n--size 12 --classes '3'\n");
        assertThat(Cli.run("summary", "@" + file).succeeded().out())
                .isEqualTo(Cli.run("summary", "--net", "net1", "--size", 12, "--classes", 3)
                        .succeeded()
                        .out());
    }

    @Test
    void bashCompletesCommandsOptionsAndValues() throws Exception {
        Path script = Files.writeString(
                folder.resolve("completion"), Cli.run("completion").succeeded().out());
        assertThat(completed(script, "medmnist tra")).containsExactly("train");
        assertThat(completed(script, "medmnist train --precis")).containsExactly("--precision");
        assertThat(completed(script, "medmnist train --flag ves")).containsExactly("vesselmnist3d");
        assertThat(completed(script, "medmnist summary --net net")).contains("net1", "net2", "net3");
    }

    /** Returns what bash offers for the last word of a line. */
    private static List<String> completed(Path script, String line) throws Exception {
        String program = "source '" + script + "'; COMP_WORDS=(" + line + "); COMP_LINE='" + line + "'; "
                + "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_medmnist 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", program)
                .redirectErrorStream(true)
                .start();
        List<String> answers = new ArrayList<>(new String(bash.getInputStream().readAllBytes())
                .lines()
                .map(String::strip)
                .toList());
        assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return answers;
    }

    @Test
    void writesAManPageOfEachCommand() throws IOException {
        Cli.run("completion", "--man", folder.resolve("man")).succeeded();
        List<String> names = new ArrayList<>(List.of("medmnist.1"));
        root().getSubcommands().keySet().forEach(name -> names.add("medmnist-" + name + ".1"));
        try (Stream<Path> pages = Files.list(folder.resolve("man/man1"))) {
            assertThat(pages.map(page -> page.getFileName().toString())).containsExactlyInAnyOrderElementsOf(names);
        }
        for (String name : names) {
            String page = Files.readString(folder.resolve("man/man1").resolve(name));
            assertThat(page)
                    .as(name)
                    .contains(".SH \"NAME\"\n", ".SH \"EXIT STATUS\"\n")
                    .doesNotContain("${", "%n", "@|");
            assertThat(page.lines())
                    .as(name)
                    .allMatch(line -> !line.startsWith(".") || line.matches("\\.(TH|SH|SS) \".*|\\.(TP|PP|nf|fi)"));
        }
        assertThat(Files.readString(folder.resolve("man/man1/medmnist-train.1")))
                .contains(".SS \"Volumes\"\n", "\\fB\\-\\-epochs\\fR=\\fIE\\fR\n", "        \\-\\-out runs/adrenal\n");
    }
}
