package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.metrics.Bootstrap;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.model.EnsembleWeights;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.member.MemberResult;

/** Writes the results of each model and each group alone, and those of the ensemble without each member. */
final class MembersSection {
    private MembersSection() {}

    static void write(Html html, Subject subject) {
        html.open("section").element("h2", "What each member contributes");
        writeModels(html, subject);
        writeParts(html, subject);
        html.element(
                        "p",
                        "Differences are relative to the weighted ensemble: a minus means that the whole ensemble is "
                                + "better. "
                                + "Differences that are small compared to the intervals above mean little.",
                        "class",
                        "small")
                .close();
    }

    private static void writeModels(Html html, Subject subject) {
        Table table = Table.open(
                html,
                "Each model alone, on the " + subject.split().name() + " split",
                "Model",
                "Kind",
                "Epoch",
                "Weight",
                "Share",
                "AUC",
                "AUC interval",
                "ACC",
                "ACC interval",
                "Validation AUC",
                "Validation ACC");
        for (Ensemble.Model model : subject.ensemble().models()) {
            MemberResult member = model.member();
            boolean best = model.kind() == ModelKind.BEST;
            Metrics metrics = subject.ensemble().metrics(model);
            Bootstrap intervals =
                    subject.ensemble().intervals(subject.ensemble().scores(model), subject.seed());
            Metrics validation = best ? member.best() : member.last();
            table.row(
                    Subject.nameOf(member),
                    model.kind().label(),
                    best ? String.valueOf(member.bestEpoch()) : lastEpoch(subject, member),
                    Numbers.three(subject.weights().of(model.position(), model.kind())),
                    Numbers.percent(subject.share(Predicate.isEqual(model))),
                    Numbers.three(metrics.auc()),
                    Numbers.interval(intervals.auc()),
                    Numbers.three(metrics.accuracy()),
                    Numbers.interval(Optional.of(intervals.accuracy())),
                    Numbers.three(validation.auc()),
                    Numbers.three(validation.accuracy()));
        }
        table.close();
    }

    /** Returns the number of the member's last epoch, which differs from that of the settings if it ended early. */
    private static String lastEpoch(Subject subject, MemberResult member) {
        List<History.Epoch> epochs = subject.history().members().getOrDefault(member.index(), List.of());
        return epochs.isEmpty() ? Numbers.NONE : String.valueOf(epochs.getLast().number());
    }

    private static void writeParts(Html html, Subject subject) {
        Metrics whole = subject.evaluation().weighted().metrics();
        Table table = Table.open(
                html,
                "Groups, and the ensemble with one member left out",
                "Ensemble",
                "Share of weight",
                "AUC",
                "Difference",
                "ACC",
                "Difference");
        table.strong(
                "weighted, all members",
                Numbers.percent(1),
                Numbers.three(whole.auc()),
                "",
                Numbers.three(whole.accuracy()),
                "");
        for (ModelKind kind : ModelKind.values()) {
            row(
                    table,
                    subject,
                    "group '" + kind.label() + "' alone",
                    subject.only(kind),
                    model -> model.kind() == kind);
        }
        List<MemberResult> members = subject.members();
        for (int position = 0; position < members.size(); position++) {
            int left = position;
            row(
                    table,
                    subject,
                    "without " + Subject.nameOf(members.get(position)),
                    subject.without(position),
                    model -> model.position() != left);
        }
        table.close();
    }

    private static void row(
            Table table,
            Subject subject,
            String name,
            Optional<EnsembleWeights> weights,
            Predicate<Ensemble.Model> counts) {
        String share = Numbers.percent(subject.share(counts));
        if (weights.isEmpty()) {
            table.row(name, share, Numbers.NONE, Numbers.NONE, Numbers.NONE, Numbers.NONE);
            return;
        }
        Metrics whole = subject.evaluation().weighted().metrics();
        Metrics metrics = subject.evaluation().metrics(weights.get());
        table.row(
                name,
                share,
                Numbers.three(metrics.auc()),
                Numbers.signed(metrics.auc() - whole.auc()),
                Numbers.three(metrics.accuracy()),
                Numbers.signed(metrics.accuracy() - whole.accuracy()));
    }
}
