package dev.voxgrad.engine.graph;

import java.util.List;

/**
 * Moves the members of each row as close as their widths allow to what they are connected to: the sum of squared
 * distances, weighted, is as small as possible for the row. With the widths subtracted, the order of a row is the only
 * condition, and that problem is an isotonic regression, which pooling adjacent violators solves exactly in one pass
 * (Ayer, Brunk, Ewing, Reid and Silverman, Annals of Mathematical Statistics, 1955).
 */
final class Spacing {
    private Spacing() {}

    /** Returns the horizontal centre of each item, by its index. */
    static double[] centres(Rows rows, double gap, int sweeps) {
        double[] centres = new double[rows.items().size()];
        for (int row = 0; row < rows.count(); row++) {
            double right = 0;
            for (Rows.Item item : rows.row(row)) {
                centres[item.index()] = right + item.width() / 2;
                right += item.width() + gap;
            }
        }
        for (int sweep = 0; sweep <= sweeps; sweep++) {
            boolean down = sweep % 2 == 0; // the last one, too
            for (int i = 0; i < rows.count(); i++) {
                space(rows.row(down ? i : rows.count() - 1 - i), centres, gap, down);
            }
        }
        return centres;
    }

    private static void space(List<Rows.Item> row, double[] centres, double gap, boolean down) {
        int size = row.size();
        double[] shift = new double[size];
        for (int i = 1; i < size; i++) {
            shift[i] = shift[i - 1] + (row.get(i - 1).width() + row.get(i).width()) / 2 + gap;
        }
        // A pool is a run of items without room between them: its mean, its weight, and its first item.
        double[] mean = new double[size];
        double[] weight = new double[size];
        int[] first = new int[size + 1];
        int pools = 0;
        for (int i = 0; i < size; i++) {
            Rows.Item item = row.get(i);
            mean[pools] = wanted(item, centres, down) - shift[i];
            weight[pools] = item.weight();
            first[pools] = i;
            while (pools > 0 && mean[pools - 1] >= mean[pools]) {
                double sum = weight[pools - 1] + weight[pools];
                mean[pools - 1] = (mean[pools - 1] * weight[pools - 1] + mean[pools] * weight[pools]) / sum;
                weight[pools - 1] = sum;
                pools--;
            }
            pools++;
        }
        first[pools] = size;
        for (int pool = 0; pool < pools; pool++) {
            for (int i = first[pool]; i < first[pool + 1]; i++) {
                centres[row.get(i).index()] = mean[pool] + shift[i];
            }
        }
    }

    /** Returns the mean centre of what an item is connected to, weighted, in the row that was moved before. */
    private static double wanted(Rows.Item item, double[] centres, boolean down) {
        List<Rows.Item> neighbours = item.neighbours(down);
        neighbours = neighbours.isEmpty() ? item.neighbours(!down) : neighbours;
        double sum = 0;
        double weights = 0;
        for (Rows.Item other : neighbours) {
            sum += other.weight() * centres[other.index()];
            weights += other.weight();
        }
        return weights == 0 ? centres[item.index()] : sum / weights;
    }
}
