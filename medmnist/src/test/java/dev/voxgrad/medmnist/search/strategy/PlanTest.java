package dev.voxgrad.medmnist.search.strategy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.voxgrad.medmnist.run.json.RunJson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PlanTest {
    @ParameterizedTest
    @CsvSource({
        "30m, 30m, 1800",
        "4h, 4h, 14400",
        "90s, 90s, 90",
        "120s, 2m, 120",
        "2d, 2d, 172800",
        "60epochs, 60epochs, 60"
    })
    void readsBudgets(String text, String canonical, long number) {
        Budget budget = Budget.parse(text);
        assertThat(budget.toText()).isEqualTo(canonical);
        assertThat(Budget.parse(canonical)).isEqualTo(budget);
        assertThat(
                        switch (budget) {
                            case Budget.Epochs epochs -> epochs.epochs();
                            case Budget.Seconds seconds -> seconds.seconds();
                        })
                .isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "m", "-3m", "1.5h", "30 m", "3weeks", "99999999999s", "0epochs", "0s"})
    void refusesOtherBudgets(String text) {
        assertThatThrownBy(() -> Budget.parse(text)).hasMessageMatching("budget is (" + text + "|0); expected .*");
    }

    @Test
    void planIsAFieldOfJson() {
        Plan plan = new Plan(Method.ASHA, Rungs.of(1, 9, 3), Budget.parse("30m"), 100, 7, 2);
        assertThat(RunJson.read(RunJson.write(plan), Plan.class, "file")).isEqualTo(plan);
        Plan endless = new Plan(Method.RANDOM, Rungs.single(20), null, 20, 7, 0);
        assertThat(RunJson.read(RunJson.write(endless), Plan.class, "file")).isEqualTo(endless);
    }

    @Test
    void saysItselfInWords() {
        assertThat(new Plan(Method.ASHA, Rungs.of(1, 9, 3), Budget.parse("60epochs"), 100, 7, 2).words())
                .isEqualTo(
                        "asha: rungs after 1, 3, 9 epochs, 1 of 3 trials promoted; budget 60epochs; for 2 processes; "
                                + "seed 7");
        assertThat(new Plan(Method.RANDOM, Rungs.single(20), null, 20, 1, 0).words())
                .isEqualTo("random: every trial has 20 epochs; at most 20 trials; seed 1");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 9, 3, 1 3 9",
        "1, 27, 3, 1 3 9 27",
        "2, 20, 3, 2 6 20",
        "1, 10, 3, 1 3 10",
        "5, 5, 3, 5",
        "1, 2, 4, 1 2"
    })
    void rungsEndWithTheLastEpoch(int least, int most, int eta, String expected) {
        assertThat(Rungs.of(least, most, eta).epochs()).hasToString("[" + expected.replace(" ", ", ") + "]");
    }

    @Test
    void refusesRungsWhereNoneAreCompared() {
        assertThatThrownBy(() -> new Plan(Method.RANDOM, Rungs.of(1, 9, 3), null, 10, 1, 0))
                .hasMessage("rungs is [1, 3, 9]; expected a single one for the strategy random");
    }

    @Test
    void scoresWithoutANumberAreTheWorst() {
        Score good = new Score(0.9, 0.5);
        assertThat(good).isLessThan(new Score(0.9, 0.6));
        assertThat(good).isLessThan(new Score(0.8, 0.1));
        assertThat(new Score(0, 0)).isLessThan(new Score(Double.NaN, 0));
        assertThat(new Score(0.9, 9)).isLessThan(new Score(0.9, Double.NaN));
    }
}
