package dev.voxgrad.medmnist.search.strategy;

import java.util.List;

import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Domain;

/** Estimates how some values of a dimension are distributed, with the prior as one more observation. */
sealed interface Density {
    /** Returns a value from this distribution. */
    String draw(RandomStream random);

    /** Returns the density at a value, or its probability if the dimension is a choice. */
    double at(String value);

    /** Returns the distribution of some values of a domain; the prior, if there are none. */
    static Density of(Domain domain, List<String> values) {
        return switch (domain) {
            case Domain.Choice choice -> new Counts(choice, values);
            case Domain.Numeric numeric -> new Mixture(numeric, values);
        };
    }

    /**
     * Smooths the shares of a choice's values: (n_v + 1/K)/(n + 1) for a value that n_v of n observations have, of K
     * values.
     */
    record Counts(Domain.Choice choice, List<String> observed) implements Density {
        @Override
        public String draw(RandomStream random) {
            int index = random.nextInt(observed.size() + 1);
            return index < observed.size() ? observed.get(index) : choice.draw(random);
        }

        @Override
        public double at(String value) {
            long count = observed.stream().filter(value::equals).count();
            return (count + 1.0 / choice.values().size()) / (observed.size() + 1);
        }
    }

    /**
     * Mixes a normal distribution around each of n observations, truncated to the domain, with the uniform prior; all n
     * + 1 components have the same weight. As in Bergstra et al. (2011), the width of a component is the larger of the
     * distances to its neighbours, where the ends of the domain count as neighbours, but at least 1/min(100, n + 2) of
     * the domain. Positions are on the logarithmic scale where the domain is.
     */
    final class Mixture implements Density {
        private static final int FINEST = 100;

        private final Domain.Numeric domain;
        /** Ascending positions of the observations, from 0 to 1. */
        private final double[] centres;
        /** Standard deviation of each component. */
        private final double[] widths;

        Mixture(Domain.Numeric domain, List<String> values) {
            this.domain = domain;
            centres = values.stream().mapToDouble(domain::position).sorted().toArray();
            int n = centres.length;
            double narrowest = 1.0 / Math.min(FINEST, n + 2);
            widths = new double[n];
            for (int i = 0; i < n; i++) {
                double below = centres[i] - (i == 0 ? 0 : centres[i - 1]);
                double above = (i == n - 1 ? 1 : centres[i + 1]) - centres[i];
                widths[i] = Math.max(narrowest, Math.max(below, above));
            }
        }

        @Override
        public String draw(RandomStream random) {
            int component = random.nextInt(centres.length + 1);
            if (component == centres.length) {
                return domain.draw(random);
            }
            double position;
            do {
                position = centres[component] + widths[component] * random.nextGaussian();
            } while (position < 0 || position > 1);
            return domain.at(position);
        }

        @Override
        public double at(String value) {
            double position = domain.position(value);
            double sum = 1;
            for (int i = 0; i < centres.length; i++) {
                double inside =
                        Normal.cumulative((1 - centres[i]) / widths[i]) - Normal.cumulative(-centres[i] / widths[i]);
                sum += Normal.density((position - centres[i]) / widths[i]) / (widths[i] * inside);
            }
            return sum / (centres.length + 1);
        }
    }
}
