package dev.voxgrad.medmnist.report;

import java.util.Base64;
import java.util.List;

import dev.voxgrad.engine.Dims3;
import dev.voxgrad.medmnist.data.NetInput;
import dev.voxgrad.medmnist.data.SampleReader;
import dev.voxgrad.medmnist.data.SampleTransform;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.explain.Explainer;
import dev.voxgrad.medmnist.explain.Heatmap;
import dev.voxgrad.medmnist.picture.OverlayPicture;
import dev.voxgrad.medmnist.picture.Picture;
import dev.voxgrad.medmnist.picture.SliceMontage;

/** Writes planes of the volumes about which the weighted ensemble was most confident and wrong, and explanations. */
final class MistakesSection {
    private static final String WHERE =
            "Each strip shows three planes across X, then three across Y, then three across Z, so that a quarter, half "
                    + "and three quarters of the content are before them: of all that differs from the median of the "
                    + "volume's faces. Black and white are the volume's smallest and largest value.";
    private static final String WHY =
            "Below each strip, Grad-CAM (Selvaraju et al. 2017) shows where a late stage of the nets has features that "
                    + "count for the predicted class, in three planes through the largest value; for labels, for a "
                    + "yes. It is the weighted mean over the nets, on the plain volume. A map shows what the nets "
                    + "depend on, and not whether that is right; 'medmnist explain' has other methods to compare with.";

    private MistakesSection() {}

    static void write(Html html, Subject subject, Mistakes mistakes) {
        int wrong = mistakes.all().size();
        html.open("section").element("h2", "Most confident mistakes");
        if (wrong == 0) {
            html.element("p", "No answer is wrong.").close();
            return;
        }
        html.element(
                "p",
                wrong
                        + (wrong == 1 ? " answer is wrong" : " answers are wrong")
                        + (wrong > Mistakes.MOST ? "; the " + Mistakes.MOST + " most confident ones:" : ":"));
        for (int i = 0; i < Math.min(Mistakes.MOST, wrong); i++) {
            writeMistake(html, subject, mistakes, i);
        }
        html.element("p", WHERE, "class", "small");
        html.element(
                        "p",
                        mistakes.explained().isEmpty() ? "Explanations are missing: " + mistakes.obstacle() + "." : WHY,
                        "class",
                        "small")
                .close();
    }

    private static void writeMistake(Html html, Subject subject, Mistakes mistakes, int position) {
        Answer answer = mistakes.all().get(position);
        List<String> names = subject.data().labelNames();
        VolumeShape shape = subject.split().shape();
        String caption = "volume " + answer.volume() + ": " + answer.words(names) + " with probability "
                + Numbers.three(answer.confidence());
        float[] volume =
                new SampleReader(subject.split(), NetInput.PLAIN, SampleTransform.NONE).readPlanar(answer.volume(), 0);
        Picture planes = SliceMontage.of(List.of(volume), List.of("volume " + answer.volume()), shape);
        writePicture(html, "planes", caption, "Planes of " + caption, planes);
        if (position < mistakes.explained().size()) {
            Explainer.Explanation explanation = mistakes.explained().get(position);
            Heatmap map = explanation.attribution().map();
            Dims3 peak = map.peak();
            String why = "Why " + names.get(answer.logit()) + ": " + explanation.method() + ", " + map.peakWords();
            Picture overlay = OverlayPicture.of(
                    volume, shape, map.values(), new int[] {peak.d(), peak.h(), peak.w()}, "Grad-CAM");
            writePicture(html, "explanation", why, "Map over volume " + answer.volume() + ". " + why, overlay);
        }
    }

    private static void writePicture(Html html, String kind, String caption, String alternative, Picture picture) {
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(picture.png());
        html.open("figure", "class", kind).element("figcaption", caption);
        html.open("div", "class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption);
        html.empty("img", "alt", alternative, "src", data);
        html.close().close();
    }
}
