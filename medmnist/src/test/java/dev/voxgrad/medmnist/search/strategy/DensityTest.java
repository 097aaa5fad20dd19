package dev.voxgrad.medmnist.search.strategy;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.voxgrad.engine.random.RandomPurpose;
import dev.voxgrad.engine.random.RandomStream;
import dev.voxgrad.medmnist.search.space.Domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class DensityTest {
    private static final Domain.Interval UNIT = new Domain.Interval(0, 1, false);

    @Test
    void mixtureIntegratesToOne() {
        Density density = Density.of(UNIT, List.of("0.02", "0.3", "0.31", "0.999"));
        double sum = 0;
        int steps = 1000;
        for (int i = 0; i < steps; i++) {
            sum += density.at(String.valueOf((i + 0.5) / steps)) / steps;
        }
        assertThat(sum).isCloseTo(1, within(1e-4));
    }

    @Test
    void drawsAsOftenAsTheDensitySays() {
        Density density = Density.of(UNIT, List.of("0.1", "0.12", "0.9"));
        RandomStream random = new RandomStream(1, 0, 0, RandomPurpose.ANY);
        int draws = 20_000;
        int low = 0;
        for (int i = 0; i < draws; i++) {
            low += Double.parseDouble(density.draw(random)) < 0.25 ? 1 : 0;
        }
        double expected = 0;
        for (int i = 0; i < 250; i++) {
            expected += density.at(String.valueOf((i + 0.5) / 1000)) / 1000;
        }
        // Four standard errors of a share, and the rounding of draws to three digits.
        assertThat((double) low / draws).isCloseTo(expected, within(4 * 0.5 / Math.sqrt(draws) + 0.001));
    }

    @Test
    void logarithmicDomainIsSmoothedOnItsScale() {
        Domain.Interval rates = new Domain.Interval(1e-4, 1, true);
        Density density = Density.of(rates, List.of("0.001"));
        assertThat(density.at("0.0001")).isCloseTo(density.at("0.01"), within(1e-9));
    }

    @Test
    void countsAreSmoothedByThePrior() {
        Density density = Density.of(new Domain.Choice(List.of("a", "b", "c", "d")), List.of("a", "a", "b"));
        assertThat(density.at("a")).isEqualTo((2 + 0.25) / 4);
        assertThat(density.at("d")).isEqualTo(0.25 / 4);
    }

    @Test
    void withoutObservationsThereIsThePrior() {
        Density density = Density.of(UNIT, List.of());
        assertThat(density.at("0.3")).isEqualTo(1);
        assertThat(density.draw(new RandomStream(3, 1, 0, RandomPurpose.ANY))).isNotEmpty();
    }

    @Test
    void normalDistributionIsAsInTables() {
        assertThat(Normal.cumulative(0)).isCloseTo(0.5, within(1e-7));
        assertThat(Normal.cumulative(1.959964)).isCloseTo(0.975, within(1e-7));
        assertThat(Normal.cumulative(-1)).isCloseTo(0.1586553, within(1e-7));
        assertThat(Normal.density(0)).isCloseTo(0.3989423, within(1e-7));
    }
}
