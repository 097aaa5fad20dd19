package dev.voxgrad.medmnist.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests edited files run.json: the message names the field that is wrong. */
class DamagedRunJsonTest {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SYNTHETIC = "\"kind\":\"SYNTHETIC\",\"flag\":null,\"root\":null,\"size\":0,"
            + "\"file\":null,\"labels\":[],\"synthetic\":"
            + "{\"seed\":1,\"edge\":16,\"train\":5,\"val\":5,\"test\":5,\"difficulty\":0.4}";
    /** Values that an editor, another program or an attacker may write instead of the right one. */
    private static final List<String> VALUES = List.of(
            "null",
            "0",
            "-1",
            "2147483647",
            "-9223372036854775808",
            "1e999",
            "\"NaN\"",
            "\"\\u0000\"",
            "\"\"",
            "\"x\\u001b[2J\"",
            "[]",
            "{}",
            "[null]",
            "true",
            "1.5",
            "[[[[[[1]]]]]]",
            "123456789012345678901234567890");

    @TempDir
    private static Path home;

    private static Path trained;

    @TempDir
    private Path folder;

    private Path run;

    @BeforeAll
    static void train() {
        Path volumes = TestVolumes.write(home.resolve("own.npz"), 8, 1, 2, 6, 4, 4);
        trained = home.resolve("run");
        Cli.run("train", "--npz", volumes, "--models", 1, "--epochs", 1, "--out", trained)
                .succeeded();
    }

    @BeforeEach
    void copyTheRun() throws IOException {
        run = folder.resolve("run");
        for (String file : new String[] {
            "run.json",
            "history.csv",
            "timings.csv",
            "members.csv",
            "members/member-00.json",
            "members/member-00.checkpoint",
            "weights/member-00-net1-best.safetensors",
            "weights/member-00-net1-last.safetensors"
        }) {
            Files.createDirectories(run.resolve(file).getParent());
            Files.copy(trained.resolve(file), run.resolve(file));
        }
    }

    private void change(String file, UnaryOperator<String> edit) throws IOException {
        String before = Files.readString(trained.resolve(file));
        String after = edit.apply(before);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(run.resolve(file), after);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"models\" : 1;           \"models\" : 2147483647;     settings.models is 2147483647",
                "\"models\" : 1;           \"models\" : -1;             settings.models is -1; expected at least 1",
                "\"shuffle\" : true,;      '';                         field settings.shuffle is missing",
                "\"epochs\" : 1;           \"epochs\" : 2147483647;     settings.epochs is 2147483647",
                "\"batchSize\" : 32;       \"batchSize\" : 2147483647;  settings.batchSize is 2147483647",
                "\"learningRate\" : 0.001; \"learningRate\" : 1e300;    settings.learningRate is 1.0E300",
                "\"weightDecay\" : 5.0E-4; \"weightDecay\" : \"NaN\";   settings.weightDecay is NaN",
                "\"clipNorm\" : 0.0;       \"clipNorm\" : -0.5;         settings.regime.clipNorm is -0.5",
                "\"patience\" : 0;         \"patience\" : 2147483647;   settings.regime.patience is 2147483647",
                "\"ema\" : 0.0;            \"ema\" : 1;                 settings.regime.ema is 1.0",
                "\"asked\" : \"none\";     \"asked\" : null;            settings.regime.classWeights.asked is missing",
                "\"NET1\";                 null;                        settings.nets is",
                "\"augment\" : \"torchio\"; \"augment\" : \"melt\";     settings.augment is 'melt'",
                "\"initWeights\" : null;   \"initWeights\" : \"\\u0000\"; settings.initWeights is '?'",
                "\"seed\" : 1;             \"seed\" : 1.5;              settings.seed",
                "\"crossValidation\" : null; \"crossValidation\" : {\"folds\":2147483647}; crossValidation.folds is "
                        + "2147483647",
                "\"crossValidation\" : null; \"crossValidation\" : {\"folds\":1}; crossValidation.folds is 1",
                "\"gpu\" : null;           \"gpu\" : {};                gpu",
                "\"gpu\" : null;           \"gpu\" : {\"precision\":\"fp99\",\"fastAlgorithms\":false}; gpu.precision",
                "\"convolution\" : \"auto\"; \"convolution\" : \"magic\"; convolution",
                "\"high\" : 255.0;        \"high\" : -1;               data.window.high is -1.0; expected a finite",
                "\"high\" : 255.0;        \"high\" : 1e999;            data.window.high",
                "\"low\" : 0.0;           \"low\" : null;              data.window.low",
                "\"kind\" : \"FILE\";      \"kind\" : null;             data.kind is missing",
                "\"kind\" : \"FILE\";      \"kind\" : \"SYNTHETIC\";    data.synthetic is missing",
                "\"kind\" : \"FILE\";      \"kind\" : \"OFFICIAL\";     data.root is missing",
                "\"labels\" : [ ];         \"labels\" : [ null ];       data.labels is",
                "\"models\" : 1;           \"models\" : 1, \"models\" : 1; Duplicate",
                "\"models\" : 1;           \"models\" : \"1\";          settings.models",
            })
    void namesTheWrongField(String entry, String damaged, String part) throws IOException {
        change("run.json", text -> text.replace(entry, damaged));
        for (String command : List.of("status", "ensemble", "report")) {
            Cli.run(command, run).failed(run.resolve("run.json"), "is damaged", part);
        }
        Cli.run("train", "--resume", run).failed(run.resolve("run.json"), "is damaged", part);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"device\" : null", "\"device\" : \"tpu: fast\"", "\"device\" : 7"})
    void refusesAnImpossibleDevice(String device) throws IOException {
        change("run.json", text -> text.replaceFirst("\"device\" : \"[^\"]*\"", device));
        Cli.run("train", "--resume", run).failed(run.resolve("run.json"), "is damaged", "device");
    }

    @Test
    void refusesAnImpossiblePath() throws IOException {
        change("run.json", text -> text.replaceFirst("\"file\" : \"[^\"]*\"", "\"file\" : \"\\\\u0000\""));
        Cli.run("ensemble", run).failed(run.resolve("run.json"), "is damaged", "data.file is '?'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"edge\":16;       \"edge\":0;           data.synthetic.edge is 0; expected at least 1 and at most "
                        + "128",
                "\"edge\":16;       \"edge\":2147483647;  data.synthetic.edge",
                "\"train\":5;       \"train\":-1;         data.synthetic.train is -1",
                "\"train\":5;       \"train\":2147483647; data.synthetic.train is 2147483647",
                "\"val\":5;         \"val\":0;            data.synthetic.val is 0",
                "\"test\":5;        \"test\":null;        data.synthetic",
                "\"difficulty\":0.4; \"difficulty\":\"Infinity\"; data.synthetic.difficulty is Infinity",
            })
    void refusesImpossibleSyntheticVolumes(String entry, String damaged, String part) throws IOException {
        String source = SYNTHETIC.replace(entry, damaged);
        change("run.json", text -> text.replaceFirst("(?s)\"data\" : \\{.*?\\}", "\"data\" : {" + source + "}"));
        Cli.run("report", run).failed(run.resolve("run.json"), "is damaged", part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"member\" : 0;       \"member\" : 2147483647; member is 2147483647",
                "\"member\" : 0;       \"member\" : 1;          out of order",
                "\"net\" : \"NET1\";   \"net\" : \"NET2\";      out of order",
                "\"step\" : 0;         \"step\" : -1;           step is -1",
                "\"auc\" : [0-9.]+;    \"auc\" : 1.5;           history[0].validation.auc is 1.5; expected 0 to 1",
                "\"accuracy\" : [0-9.]+; \"accuracy\" : -1;     history[0].validation.accuracy is -1.0",
                "\"auc\" : [0-9.]+;    \"auc\" : \"NaN\";       history[0].validation",
                "\"trainLoss\" : [0-9.]+; \"trainLoss\" : 1e999; history[0].trainLoss is Infinity",
                "\"epoch\" : 1;        \"epoch\" : 2147483647;  history[0].epoch is 2147483647",
            })
    void namesTheWrongFieldOfAMembersState(String entry, String damaged, String part) throws IOException {
        change("members/member-00.json", text -> text.replaceFirst(entry, damaged));
        Cli.run("status", run).failed(run.resolve("members/member-00.json"), "is damaged", part);
    }

    @Test
    void refusesTheStateOfAnotherMember() throws IOException {
        change("members/member-00.json", text -> text.replace("\"member\" : 0", "\"member\" : 3"));
        Cli.run("status", run).failed(run.resolve("members/member-00.json"), "is damaged", "member is 3; expected 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "0,net1,adamw,0.001,5.0E-4,1,1.5,0.5,0.5,0.5,1;             auc is 1.5",
                "0,net1,adamw,0.001,5.0E-4,1,NaN,0.5,0.5,0.5,1;             is NaN; expected 0 to 1",
                "0,net1,adamw,0.001,5.0E-4,2147483647,0.5,0.5,0.5,0.5,1;    best_epoch is 2147483647",
                "-1,net1,adamw,0.001,5.0E-4,1,0.5,0.5,0.5,0.5,1;            member is -1",
            })
    void refusesAnImpossibleRowOfMembersCsv(String row, String part) throws IOException {
        change("members.csv", text -> text.lines().findFirst().orElseThrow() + "\n" + row + "\n");
        Cli.run("ensemble", run).failed(run.resolve("members.csv"), "damaged row", part);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "history.csv; 0,net1,2147483647,0.5,0.5,0.5; epoch is 2147483647",
                "history.csv; 0,net1,0,0.5,0.5,0.5;          epoch is 0",
                "history.csv; 2147483647,net1,1,0.5,0.5,0.5; member is 2147483647",
                "history.csv; 0,net1,1,NaN,0.5,0.5;          train_loss is NaN",
                "timings.csv; 0,net1,1,1e308;                seconds is 1.0E308",
                "history.csv; 0,net1,1;                      its length is 3 fields",
                "timings.csv; 0,net1;                        its length is 2 fields",
                "timings.csv; 0,net1,1,-1;                   seconds is -1.0",
            })
    void refusesAnImpossibleRowOfACurve(String file, String row, String part) throws IOException {
        change(file, text -> text.lines().findFirst().orElseThrow() + "\n" + row + "\n");
        Cli.run("report", run).failed(run.resolve(file), "damaged row", part);
    }

    @Test
    void refusesAMemberThatIsListedTwice() throws IOException {
        change("members.csv", text -> text + text.lines().skip(1).findFirst().orElseThrow() + "\n");
        Cli.run("ensemble", run).failed(run.resolve("members.csv"), "has member 0 twice");
    }

    @Test
    void readsAFileWithAByteOrderMark() throws IOException {
        change("run.json", text -> "\uFEFF" + text);
        Cli.run("status", run).succeeded();
    }

    @Test
    void refusesOtherEncodingsAndKinds() throws IOException {
        String text = Files.readString(trained.resolve("run.json"));
        for (byte[] bytes : List.of(
                text.getBytes(StandardCharsets.UTF_16),
                new byte[1 << 20],
                text.substring(0, text.length() / 2).getBytes(StandardCharsets.UTF_8),
                "[".repeat(1 << 20).getBytes(StandardCharsets.UTF_8),
                "{\"a\":".repeat(1 << 18).getBytes(StandardCharsets.UTF_8))) {
            Files.write(run.resolve("run.json"), bytes);
            Cli.run("status", run).failed(run.resolve("run.json"), "is damaged");
        }
    }

    /** Replaces every field of the file with every value; no combination may crash a command. */
    @Test
    void noEditCrashesACommand() throws IOException {
        String whole = Files.readString(trained.resolve("run.json"));
        List<String> crashes = new ArrayList<>();
        int edits = 0;
        int fields = fields(JSON.readTree(whole)).size();
        for (int field = 0; field < fields; field++) {
            for (String value : VALUES) {
                JsonNode tree = JSON.readTree(whole);
                Field edited = fields(tree).get(field);
                edited.parent.set(edited.name, JSON.readTree(value));
                Files.writeString(run.resolve("run.json"), JSON.writeValueAsString(tree));
                Cli status = Cli.run("status", run);
                List<Cli> all = status.code() != 0
                        ? List.of(status) // all commands read the file in the same way
                        : List.of(
                                status,
                                Cli.run("ensemble", run),
                                Cli.run("report", run),
                                Cli.run("train", "--resume", run, "--members", "0"));
                for (Cli cli : all) {
                    if (cli.err().contains("should not have happened") || cli.code() > 2) {
                        crashes.add(
                                edited.name + " = " + value + ": " + cli.err().strip());
                    }
                }
                edits++;
            }
        }
        assertThat(crashes).as("of %d edits", edits).isEmpty();
        assertThat(edits).isGreaterThan(400);
    }

    private record Field(ObjectNode parent, String name) {}

    private static List<Field> fields(JsonNode tree) {
        List<Field> fields = new ArrayList<>();
        if (tree instanceof ObjectNode object) {
            object.propertyNames().forEach(name -> fields.add(new Field(object, name)));
            object.values().forEach(child -> fields.addAll(fields(child)));
        } else if (tree instanceof ArrayNode array) {
            array.values().forEach(child -> fields.addAll(fields(child)));
        }
        return fields;
    }
}
