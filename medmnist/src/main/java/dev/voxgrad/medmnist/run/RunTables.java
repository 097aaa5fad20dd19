package dev.voxgrad.medmnist.run;

import java.util.List;
import java.util.Locale;

import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.CrossValidation;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

/**
 * Writes the tables of a run from the states of all members, each time that one of them changes. Rows are in the order
 * of members and epochs. What differs from run to run, the time that epochs take, has a table of its own, so the other
 * tables are the same to the byte, however often a run was interrupted and on however many machines it was resumed.
 */
public final class RunTables {
    private static final String HISTORY_HEADER = "member,net,epoch,train_loss,val_auc,val_acc";
    private static final String TIMINGS_HEADER = "member,net,epoch,seconds\n";
    /** The last column of both other tables in cross-validation. */
    private static final String FOLD_HEADER = ",validated_on";

    private RunTables() {}

    /**
     * Writes all tables. If several processes do so at the same time, they take turns, and each goes by the settings
     * that the run has now: a process may have added members or epochs since another one has opened the run.
     */
    public static void write(RunFiles run) {
        run.files().locked("members/tables.lock", () -> {
            RunFiles now = RunFiles.open(run.folder());
            List<MemberState> states = now.states();
            writeLocked(now, states);
            return states;
        });
    }

    private static void writeLocked(RunFiles run, List<MemberState> states) {
        CrossValidation folds = run.info().crossValidation();
        String end = (folds == null ? "" : FOLD_HEADER) + "\n";
        StringBuilder history = new StringBuilder(HISTORY_HEADER).append(end);
        StringBuilder timings = new StringBuilder(TIMINGS_HEADER);
        StringBuilder members = new StringBuilder(MemberResult.header()).append(end);
        for (MemberState state : states) {
            String fold = folds == null ? "" : "," + folds.validatedOn(state.member());
            for (EpochResult epoch : state.history()) {
                history.append(String.format(
                        Locale.ROOT,
                        "%d,%s,%d,%s,%s,%s%s%n",
                        epoch.member(),
                        epoch.net().name(),
                        epoch.epoch(),
                        epoch.trainLoss(),
                        epoch.validation().auc(),
                        epoch.validation().accuracy(),
                        fold));
                timings.append(String.format(
                        Locale.ROOT,
                        "%d,%s,%d,%.3f%n",
                        epoch.member(),
                        epoch.net().name(),
                        epoch.epoch(),
                        epoch.seconds()));
            }
            if (state.failure() == null && state.isFinished(run.info().settings())) {
                members.append(row(
                        state.result(run.info().settings().ties()), run.info().settings(), fold));
            }
        }
        run.write("history.csv", history);
        run.write("timings.csv", timings);
        run.write("members.csv", members);
    }

    private static String row(MemberResult member, TrainSettings settings, String fold) {
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%s,%s,%d,%s,%s,%s,%s,%d%s%n",
                member.index(),
                member.net().name(),
                settings.optimizer().flag(),
                settings.learningRate(),
                settings.weightDecay(),
                member.bestEpoch(),
                member.best().auc(),
                member.best().accuracy(),
                member.last().auc(),
                member.last().accuracy(),
                member.lastEpoch(),
                fold);
    }
}
