package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.Optional;

import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.EnsembleWeights;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.train.MemberResult;
import dev.voxgrad.medmnist.train.ModelKind;

/** What each model and each group is worth alone, and what the ensemble would be without each member. */
final class MembersSection {
    private MembersSection() {}

    static void write(Html html, Subject subject) {
        html.open("section").element("h2", "What each member contributes");
        writeModels(html, subject);
        writeParts(html, subject);
        html.element("p", "Differences are to the weighted ensemble: a minus says that the whole is better. "
                + "Those that are small against the intervals above mean little.",
                "class", "small").close();
    }

    private static void writeModels(Html html, Subject subject) {
        Table table = Table.open(html, "Each model alone, on the " + subject.split().name() + " split", "Model", "Kind",
                "Epoch", "Weight", "AUC", "ACC", "Validation AUC", "Validation ACC");
        for (Ensemble.Model model : subject.ensemble().models()) {
            MemberResult member = model.member();
            boolean best = model.kind() == ModelKind.BEST;
            Metrics metrics = subject.ensemble().metrics(model);
            Metrics validation = best ? member.best() : member.last();
            table.row(Subject.nameOf(member), model.kind().label(),
                    best ? String.valueOf(member.bestEpoch()) : lastEpoch(subject, member),
                    String.valueOf(subject.weights().of(model.position(), model.kind())),
                    Numbers.three(metrics.auc()), Numbers.three(metrics.accuracy()), Numbers.three(validation.auc()),
                    Numbers.three(validation.accuracy()));
        }
        table.close();
    }

    /** The number of its last epoch: not always that of the settings, since a member may end early. */
    private static String lastEpoch(Subject subject, MemberResult member) {
        List<History.Epoch> epochs = subject.history().members().getOrDefault(member.index(), List.of());
        return epochs.isEmpty() ? Numbers.NONE : String.valueOf(epochs.getLast().number());
    }

    private static void writeParts(Html html, Subject subject) {
        Metrics whole = subject.ensemble().metrics(subject.scores());
        Table table = Table.open(html, "Groups, and the ensemble with one member left out", "Ensemble", "AUC",
                "Difference", "ACC", "Difference");
        table.strong("weighted, all members", Numbers.three(whole.auc()), "", Numbers.three(whole.accuracy()), "");
        for (ModelKind kind : ModelKind.values()) {
            row(table, subject, "group '" + kind.label() + "' alone", subject.only(kind), whole);
        }
        List<MemberResult> members = subject.members();
        for (int position = 0; position < members.size(); position++) {
            Optional<EnsembleWeights> others = subject.without(position);
            String name = "without " + Subject.nameOf(members.get(position));
            if (others.isPresent()) {
                row(table, subject, name, others.get(), whole);
            } else {
                table.row(name, Numbers.NONE, Numbers.NONE, Numbers.NONE, Numbers.NONE);
            }
        }
        table.close();
    }

    private static void row(Table table, Subject subject, String name, EnsembleWeights weights, Metrics whole) {
        Metrics metrics = subject.ensemble().metrics(subject.ensemble().scores(weights));
        table.row(name, Numbers.three(metrics.auc()), Numbers.signed(metrics.auc() - whole.auc()),
                Numbers.three(metrics.accuracy()), Numbers.signed(metrics.accuracy() - whole.accuracy()));
    }
}
