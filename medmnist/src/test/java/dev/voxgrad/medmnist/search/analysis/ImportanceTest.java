package dev.voxgrad.medmnist.search.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.search.space.Configuration;
import dev.voxgrad.medmnist.search.space.Space;
import dev.voxgrad.medmnist.search.space.SpaceFile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class ImportanceTest {
    private static final Space SPACE = SpaceFile.parse(
            List.of(
                    "net choice net1, net2, net3",
                    "lr log 1e-4 to 1",
                    "ema choice 0.5",
                    "clip-norm uniform 0 to 1 when net = net2",
                    "batch-size int 1 to 3"),
            "space");

    private static List<Observation> observations(int trials, ToDoubleFunction<Configuration> value) {
        List<Observation> observations = new ArrayList<>();
        for (int trial = 0; trial < trials; trial++) {
            Configuration drawn = SPACE.draw(3, trial);
            observations.add(new Observation(drawn, value.applyAsDouble(drawn)));
        }
        return observations;
    }

    @Test
    void theDimensionThatDecidesExplainsAll() {
        List<Importance> all = Importance.of(
                SPACE, observations(60, one -> one.find("net").orElseThrow().equals("net2") ? 0.9 : 0.7));
        assertThat(all.getFirst().dimension()).isEqualTo("net");
        assertThat(all.getFirst().groups()).isEqualTo(3);
        assertThat(all.getFirst().share()).isCloseTo(1, within(1e-9));
        assertThat(all.getFirst().chance()).isEqualTo(0.001);
        assertThat(all)
                .filteredOn(one -> List.of("lr", "batch-size").contains(one.dimension()))
                .allSatisfy(one -> assertThat(one.share()).isLessThan(0.2));
        assertThat(all).extracting(Importance::dimension).doesNotContain("ema");
    }

    /** For a linear effect on the scale of the domain, four groups explain 1 − 1/16 of the variance. */
    @Test
    void quartersOfANumberExplainMostOfALinearEffect() {
        List<Importance> all = Importance.of(
                SPACE,
                observations(
                        400, one -> Math.log(Double.parseDouble(one.find("lr").orElseThrow()))));
        assertThat(all.getFirst().dimension()).isEqualTo("lr");
        assertThat(all.getFirst().share()).isCloseTo(15 / 16.0, within(0.01));
    }

    /** By hand: groups {1, 1, 3, 3} and {5, 5, 9, 9} around 2 and 7 have W = 4 + 16; T = 70; n = 8, k = 2. */
    @Test
    void shareIsKelleysEpsilonSquared() {
        Space two = SpaceFile.parse(List.of("net choice net1, net2"), "space");
        List<Observation> observations = new ArrayList<>();
        for (int copy = 0; copy < 2; copy++) {
            for (int value : new int[] {1, 3, 5, 9}) {
                observations.add(new Observation(Configuration.EMPTY.with("net", value < 4 ? "net1" : "net2"), value));
            }
        }
        assertThat(Importance.of(two, observations).getFirst().share()).isCloseTo(1 - 7.0 / 6 * 20 / 70, within(1e-12));
    }

    @Test
    void equalFiguresSayNothing() {
        assertThat(Importance.of(SPACE, observations(20, one -> 0.8)))
                .hasSize(4)
                .allSatisfy(one -> assertThat(one.share()).isZero())
                .allSatisfy(one -> assertThat(one.chance()).isEqualTo(1));
    }

    @Test
    void fewTrialsAreNotAnalysed() {
        assertThat(Importance.of(SPACE, observations(7, one -> 0.8))).isEmpty();
    }
}
