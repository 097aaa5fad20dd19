package dev.voxgrad.medmnist.data.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.data.npz.NpyType;

/** Looks for values that are NaN or infinite, for volumes without contrast, and for ranges that do not fit together. */
final class ValueCheck {
    /** Ranges that differ by this factor are of two scales. */
    private static final double OTHER_SCALE = 10;
    /** A volume whose range is this many times the usual one stretches a window, or is a mistake. */
    private static final double OUTLIER = 10;

    /** The largest value of bytes that leave nine tenths of the range from 0 to 255 unused. */
    private static final double FAINT = 25;

    private static final String AUTOMATIC =
            "Look at them with 'medmnist show', and read all with --window LO,HI, which "
                    + "clamps what is outside; the default window is the range of train and val";

    private final List<Finding> findings = new ArrayList<>();

    private ValueCheck() {}

    static List<Finding> of(List<SplitScan> splits) {
        ValueCheck check = new ValueCheck();
        for (SplitScan split : splits) {
            check.numbers(split);
            check.contrast(split);
            check.outliers(split);
        }
        check.scales(splits);
        check.faint(splits.getFirst());
        return check.findings;
    }

    private void numbers(SplitScan split) {
        int[] bad = split.where(volume -> volume.notFinite() > 0);
        if (bad.length > 0) {
            findings.add(Finding.error(
                    "not-finite",
                    split.name() + ": " + volumes(bad.length) + " with values that are NaN or infinite: "
                            + SplitScan.list(
                                    bad, i -> i + " (" + split.volumes().get(i).notFinite() + " values)"),
                    "Replace them, for example a[~numpy.isfinite(a)] = a[numpy.isfinite(a)].min(), or leave the "
                            + "volumes out"));
        }
    }

    private void contrast(SplitScan split) {
        int[] blank = split.where(VolumeStatistics::isBlank);
        if (blank.length > 0) {
            findings.add(Finding.error(
                    "blank",
                    split.name() + ": " + volumes(blank.length) + " without contrast (blank, all values equal): "
                            + SplitScan.list(
                                    blank,
                                    i -> i + " (all "
                                            + shown(split.volumes().get(i).least()) + ")"),
                    "Take them out, or pass --skip-blank, which leaves them out of training"));
        }
    }

    /** A range far from the usual one: metal, padding, another unit, or a mask among scans. */
    private void outliers(SplitScan split) {
        double usual = split.medianRange();
        int[] odd = split.where(volume -> Double.isFinite(volume.range())
                && volume.range() > 0
                && (volume.range() > OUTLIER * usual || volume.range() < usual / OUTLIER));
        if (usual > 0 && odd.length > 0) {
            findings.add(Finding.warning(
                    "range",
                    split.name() + ": " + volumes(odd.length) + " with values far from the usual range of "
                            + shown(usual) + ": "
                            + SplitScan.list(
                                    odd,
                                    i -> i + " (" + shown(split.volumes().get(i).least()) + " to "
                                            + shown(split.volumes().get(i).greatest()) + ")"),
                    AUTOMATIC));
        }
    }

    private void scales(List<SplitScan> splits) {
        SplitScan first = splits.getFirst();
        for (SplitScan split : splits) {
            NpyType.Kind kind = split.layout().header().type().kind();
            NpyType.Kind ofFirst = first.layout().header().type().kind();
            double ratio = split.medianRange() / first.medianRange();
            if (kind.isInteger() != ofFirst.isInteger() || ratio > OTHER_SCALE || ratio < 1 / OTHER_SCALE) {
                findings.add(Finding.error(
                        "scale",
                        first.name() + " is " + words(first) + ", but " + split.name() + " is " + words(split),
                        "Write all splits with one type and on one scale; a net that has learnt on one cannot read "
                                + "the other"));
            }
        }
    }

    /** Whole numbers from 0 to 255 are divided by 255, whatever part of that range they use. */
    private void faint(SplitScan split) {
        boolean integers = split.layout().header().type().kind().isInteger();
        if (integers && split.least() >= 0 && split.greatest() > 1 && split.greatest() <= FAINT) {
            findings.add(Finding.warning(
                    "faint",
                    split.name() + " is " + words(split) + ", of which 255 would be white",
                    "Read the whole range with --window 0," + shown(split.greatest())
                            + "; if the numbers name tissues, give each a channel of zeros and ones instead"));
        }
    }

    private static String words(SplitScan split) {
        return split.layout().header().type().kind().longName() + " from " + shown(split.least()) + " to "
                + shown(split.greatest());
    }

    private static String volumes(int count) {
        return count == 1 ? "1 volume" : count + " volumes";
    }

    /** Returns a number as a person would write it. */
    static String shown(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.format(Locale.ROOT, "%.0f", value + 0.0)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
