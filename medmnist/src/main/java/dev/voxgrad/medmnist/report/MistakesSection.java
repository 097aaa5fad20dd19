package dev.voxgrad.medmnist.report;

import java.util.Base64;
import java.util.Comparator;
import java.util.List;

import dev.voxgrad.medmnist.data.ChannelOrder;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.picture.SliceMontage;

/** Writes planes of the volumes about which the weighted ensemble was most confident and wrong. */
final class MistakesSection {
    private static final int MOST = 8;

    private MistakesSection() {}

    static void write(Html html, Subject subject) {
        List<Answer> wrong = Answer.of(subject).stream()
                .filter(answer -> !answer.isRight())
                .sorted(Comparator.comparingDouble(Answer::confidence).reversed())
                .toList();
        html.open("section").element("h2", "Most confident mistakes");
        if (wrong.isEmpty()) {
            html.element("p", "No answer is wrong.").close();
            return;
        }
        html.element(
                "p",
                wrong.size()
                        + (wrong.size() == 1 ? " answer is wrong" : " answers are wrong")
                        + (wrong.size() > MOST ? "; the " + MOST + " most confident ones:" : ":"));
        for (Answer answer : wrong.subList(0, Math.min(MOST, wrong.size()))) {
            writeMistake(html, subject, answer);
        }
        html.element(
                        "p",
                        "Each strip shows three planes across X, at a quarter, half and three quarters of the axis, "
                                + "then three across Y, then three across Z; black and white are the volume's "
                                + "smallest and largest "
                                + "value.",
                        "class",
                        "small")
                .close();
    }

    private static void writeMistake(Html html, Subject subject, Answer answer) {
        String caption = "volume " + answer.volume() + ": " + describe(subject, answer) + " with probability "
                + Numbers.three(answer.confidence());
        String picture = "data:image/png;base64,"
                + Base64.getEncoder()
                        .encodeToString(SliceMontage.of(
                                        List.of(volume(subject, answer.volume())),
                                        subject.split().shape())
                                .png());
        html.open("figure", "class", "planes").element("figcaption", caption);
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        html.empty("img", "alt", "Planes of " + caption, "src", picture);
        html.close().close();
    }

    private static String describe(Subject subject, Answer answer) {
        List<String> names = subject.data().labelNames();
        return answer.asked() < 0
                ? "is " + names.get(answer.truth()) + ", was predicted as " + names.get(answer.answer())
                : (answer.truth() == 1 ? "has " : "has no ") + names.get(answer.asked()) + ", the answer was "
                        + (answer.answer() == 1 ? "yes" : "no");
    }

    /** Returns the volume as stored, in [0, 1], (C,X,Y,Z). */
    private static float[] volume(Subject subject, int index) {
        VolumeShape shape = subject.split().shape();
        float[] channelsLast = new float[shape.elements()];
        new SampleReader(subject.split(), NetInput.PLAIN, SampleTransform.NONE).read(index, 0, channelsLast, 0);
        float[] planar = new float[shape.elements()];
        ChannelOrder.toPlanar(channelsLast, 0, shape.channels(), shape.voxels(), planar);
        return planar;
    }
}
