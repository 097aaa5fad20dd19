package dev.voxgrad.nativecheck.machine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Represents the lines {@code key : value} of {@code /proc/cpuinfo}, whose keys differ between architectures
 * ({@code arch/&#42;/kernel/} in Linux: {@code show_cpuinfo}).
 *
 * @param values the first value of each useful key
 * @param cores the number of processors listed
 */
record ProcessorTable(Map<String, String> values, int cores) {
    /** Keys of the processor's name: x86, LoongArch, MIPS, 32-bit Arm, POWER, RISC-V, boards, s390x. */
    private static final List<String> MODELS = List.of(
            "model name", "Model Name", "cpu model", "Processor", "cpu", "uarch", "Hardware", "Model", "vendor_id");
    /** Keys of instruction sets: x86, Arm and LoongArch, s390x, MIPS, RISC-V. */
    private static final List<String> FLAGS = List.of("flags", "Features", "features", "ASEs implemented", "isa");

    private static final String IMPLEMENTER = "CPU implementer";
    private static final String PART = "CPU part";
    private static final Set<String> KEPT = Stream.of(MODELS, FLAGS, List.of(IMPLEMENTER, PART))
            .flatMap(List::stream)
            .collect(Collectors.toUnmodifiableSet());
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    /** On s390x, a processor's line is {@code processor 0: version = FF,  identification = …}. */
    private static final Pattern NUMBERED = Pattern.compile("processor (\\d{1,9})");

    private static final int LONGEST_NAME = 200;
    private static final int LONGEST_VALUE = 1 << 16;

    /** Reads the table; it is empty if there is no such file. */
    static ProcessorTable read(Path file) {
        Map<String, String> values = new HashMap<>();
        Set<String> processors = new HashSet<>();
        SystemText.lines(file, StandardCharsets.UTF_8).forEach(line -> {
            int colon = line.indexOf(':');
            String key = colon < 0 ? "" : line.substring(0, colon).strip();
            String value = line.substring(colon + 1).strip();
            if (KEPT.contains(key) && !value.isEmpty()) {
                values.putIfAbsent(key, value.substring(0, Math.min(value.length(), LONGEST_VALUE)));
            }
            Matcher numbered = NUMBERED.matcher(key);
            if (key.equals("processor") && NUMBER.matcher(value).matches()) {
                processors.add(value);
            } else if (numbered.matches()) {
                processors.add(numbered.group(1));
            }
        });
        return new ProcessorTable(values, processors.size());
    }

    /** Returns the processor's name. */
    String model() {
        String name = MODELS.stream()
                .map(values::get)
                .filter(value -> value != null)
                .findFirst()
                .orElseGet(this::implementer)
                .replaceAll("\\s+", " ");
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "…";
    }

    /** Returns the numbers that most 64-bit Arm processors have instead of a name. */
    private String implementer() {
        return values.containsKey(IMPLEMENTER) && values.containsKey(PART)
                ? IMPLEMENTER + " " + values.get(IMPLEMENTER) + ", part " + values.get(PART)
                : "unnamed processor";
    }

    /** Returns the instruction sets without duplicates. */
    Set<String> flags() {
        Set<String> flags = new LinkedHashSet<>();
        for (String key : FLAGS) {
            Collections.addAll(flags, values.getOrDefault(key, "").split(key.equals("isa") ? "[\\s_]+" : "\\s+"));
        }
        if (hasRiscVVectors(values.getOrDefault("isa", ""))) {
            flags.add("rvv");
        }
        if (values.getOrDefault("cpu", "").contains("altivec supported")) {
            flags.add("altivec");
        }
        flags.remove("");
        return Set.copyOf(flags);
    }

    /** Parses RISC-V's {@code rv64imafdcv_zicsr}: the width, one letter per extension, then extensions with names. */
    private static boolean hasRiscVVectors(String isa) {
        for (int i = isa.startsWith("rv") ? 2 : isa.length(); i < isa.length(); i++) {
            if ("_zsx".indexOf(isa.charAt(i)) >= 0) {
                return false;
            }
            if (isa.charAt(i) == 'v') {
                return true;
            }
        }
        return false;
    }
}
