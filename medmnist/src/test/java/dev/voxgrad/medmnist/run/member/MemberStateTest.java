package dev.voxgrad.medmnist.run.member;

import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.train.settings.Ties;

import static org.assertj.core.api.Assertions.assertThat;

class MemberStateTest {
    private static MemberState state(double... aucs) {
        MemberState state = MemberState.atStart(0, StudyNet.NET1);
        for (double auc : aucs) {
            state = state.withEpoch(
                    new EpochResult(0, StudyNet.NET1, state.epochs() + 1, 0.5, new Metrics(auc, 0.3), 1));
        }
        return state;
    }

    @Test
    void bestOfEqualEpochsIsTheFirstOrTheLatest() {
        MemberState state = state(0.5, 0.9, 0.7, 0.9, 0.8);
        assertThat(state.best(Ties.FIRST).orElseThrow().epoch()).isEqualTo(2);
        assertThat(state.best(Ties.LATEST).orElseThrow().epoch()).isEqualTo(4);
        assertThat(state.result(Ties.FIRST).bestEpoch()).isEqualTo(2);
        assertThat(state.result(Ties.LATEST).bestEpoch()).isEqualTo(4);
    }

    /**
     * Where no AUC is above 0, MedMNIST's script keeps the net as it started; here the first epoch has the best model.
     */
    @Test
    void bestIsAlwaysAFinishedEpoch() {
        assertThat(state().best(Ties.FIRST)).isEmpty();
        assertThat(state(0, 0).best(Ties.FIRST).orElseThrow().epoch()).isEqualTo(1);
        assertThat(state(0.6, 0.4).best(Ties.FIRST).orElseThrow().epoch()).isEqualTo(1);
    }
}
