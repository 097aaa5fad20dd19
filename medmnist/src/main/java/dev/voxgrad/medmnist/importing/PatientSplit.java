package dev.voxgrad.medmnist.importing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.io.BadValueException;
import dev.voxgrad.medmnist.io.DataException;

/**
 * Divides the rows of a table into splits, so that no patient is in two of them and the splits have similar shares of
 * each class. Without a column of patients, every scan counts as a patient.
 *
 * <p>A patient belongs to the class that most of the patient's scans have. The seed puts the patients of a class into
 * a random order, and those with more scans come first. Each is then given to the split that lacks most of its share
 * of this class, in scans; among equals to the one that lacks most of all classes. The last patients go to the splits
 * that have none of this class, if any. So with one scan per patient, shares differ from the wanted ones by less than
 * one scan of each class, unless a class is so rare that a split would get none of it.
 */
public final class PatientSplit {
    private static final int PURPOSE = RandomPurpose.named("import split", 0);

    private final double[] shares;
    private final long seed;

    /**
     * Creates a division.
     *
     * @param parts of train, val and test, such as 70, 10 and 20; only their proportions matter
     */
    public PatientSplit(List<Integer> parts, long seed) {
        double sum = parts.stream().mapToInt(Integer::intValue).sum();
        this.shares = parts.stream().mapToDouble(part -> part / sum).toArray();
        this.seed = seed;
    }

    /**
     * Reads parts such as {@code 70,10,20}.
     *
     * @throws BadValueException if it is something else
     */
    public static List<Integer> parse(String text) {
        BadValueException.require(
                text.matches("\\d{1,6},\\d{1,6},\\d{1,6}"),
                "split",
                text,
                "the parts of train, val and test, such as 70,10,20, or column");
        List<Integer> parts =
                Arrays.stream(text.split(",")).map(Integer::valueOf).toList();
        BadValueException.require(
                parts.stream().mapToInt(Integer::intValue).sum() > 0, "split", text, "at least one part above 0");
        return parts;
    }

    /** Returns the split of each row. */
    public List<SetSplit> divide(List<TableRow> rows) {
        Map<String, List<Integer>> patients = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            String patient = rows.get(i).patient();
            patients.computeIfAbsent(patient == null ? "scan " + i : "patient " + patient, _ -> new ArrayList<>())
                    .add(i);
        }
        Map<String, List<List<Integer>>> classes = new TreeMap<>();
        for (List<Integer> patient : patients.values()) {
            classes.computeIfAbsent(mostFrequentLabel(rows, patient), _ -> new ArrayList<>())
                    .add(patient);
        }
        SetSplit[] splits = new SetSplit[rows.size()];
        double[] lacking = new double[shares.length];
        int number = 0;
        for (List<List<Integer>> members : classes.values()) {
            divide(shuffled(members, number++), splits, lacking);
        }
        return List.of(splits);
    }

    private static String mostFrequentLabel(List<TableRow> rows, List<Integer> patient) {
        Map<String, Integer> counts = new TreeMap<>();
        patient.forEach(row -> counts.merge(rows.get(row).label().toString(), 1, Integer::sum));
        return counts.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
                .orElseThrow()
                .getKey();
    }

    private List<List<Integer>> shuffled(List<List<Integer>> patients, int number) {
        int[] order = new RandomStream(seed, 0, number, PURPOSE).permutation(patients.size());
        return Arrays.stream(order)
                .mapToObj(patients::get)
                .sorted(Comparator.comparing((List<Integer> scans) -> -scans.size()))
                .toList();
    }

    /**
     * Divides the patients of one class.
     *
     * @param lacking scans of all classes so far that each split should still get
     */
    private void divide(List<List<Integer>> patients, SetSplit[] splits, double[] lacking) {
        int scans = patients.stream().mapToInt(List::size).sum();
        double[] ofClass = new double[shares.length];
        for (int s = 0; s < shares.length; s++) {
            ofClass[s] = shares[s] * scans;
            lacking[s] += ofClass[s];
        }
        Set<Integer> without = new HashSet<>();
        IntStream.range(0, shares.length).filter(s -> shares[s] > 0).forEach(without::add);
        int left = patients.size();
        for (List<Integer> patient : patients) {
            int chosen = chosen(left-- <= without.size() ? without : null, ofClass, lacking);
            for (int row : patient) {
                splits[row] = SetSplit.values()[chosen];
            }
            ofClass[chosen] -= patient.size();
            lacking[chosen] -= patient.size();
            without.remove(chosen);
        }
    }

    /**
     * Returns the split that lacks most.
     *
     * @param only the splits to choose from; null for all that have a share
     */
    private int chosen(@Nullable Set<Integer> only, double[] ofClass, double[] lacking) {
        int chosen = -1;
        for (int s = 0; s < shares.length; s++) {
            boolean open = shares[s] > 0 && (only == null || only.contains(s));
            if (open && (chosen < 0 || lacksMore(s, chosen, ofClass, lacking))) {
                chosen = s;
            }
        }
        return chosen;
    }

    private static boolean lacksMore(int split, int than, double[] ofClass, double[] lacking) {
        double difference = ofClass[split] - ofClass[than];
        return Math.abs(difference) > 1e-9 ? difference > 0 : lacking[split] > lacking[than] + 1e-9;
    }

    /**
     * Returns the split that the table gives to each row.
     *
     * @throws DataException if the table has none, or a patient is in two of them
     */
    public static List<SetSplit> ofTable(LabelTable table) {
        Map<String, TableRow> rowOf = new HashMap<>();
        List<SetSplit> splits = new ArrayList<>();
        for (TableRow row : table.rows()) {
            SetSplit split = row.split();
            if (split == null) {
                throw new DataException("the table has no column of splits; name it with --split-column, or divide the "
                        + "scans by parts, such as --split 70,10,20");
            }
            TableRow earlier = row.patient() == null ? row : rowOf.putIfAbsent(row.patient(), row);
            if (earlier != null && earlier.split() != split) {
                throw new DataException("patient '" + row.patient() + "' is in "
                        + Objects.requireNonNull(earlier.split()).flag() + " (line " + earlier.line() + ") and in "
                        + split.flag() + " (line " + row.line() + "): a net would be tested on patients that it was "
                        + "trained with. Put all scans of a patient into one split");
            }
            splits.add(split);
        }
        return splits;
    }
}
