package dev.voxgrad.medmnist.report;

import java.util.List;
import java.util.function.IntConsumer;

import dev.voxgrad.engine.device.Device;
import dev.voxgrad.medmnist.ensemble.Answer;
import dev.voxgrad.medmnist.ensemble.Ensemble;
import dev.voxgrad.medmnist.ensemble.Evaluation;
import dev.voxgrad.medmnist.explain.Explainer;
import dev.voxgrad.medmnist.explain.GradCam;
import dev.voxgrad.medmnist.io.DataException;
import dev.voxgrad.medmnist.model.TrainedModel;
import dev.voxgrad.medmnist.run.RunFiles;

/**
 * Holds the wrong answers of an ensemble, and explanations of the most confident ones.
 *
 * @param all the wrong answers, the most confident one first
 * @param explained the explanations of the first ones; empty if the nets cannot be explained
 * @param obstacle why they cannot be explained; empty if they can
 */
public record Mistakes(List<Answer> all, List<Explainer.Explanation> explained, String obstacle) {
    /** The number of mistakes that are shown. */
    public static final int MOST = 8;

    /**
     * Explains the most confident mistakes by Grad-CAM, on plain volumes.
     *
     * @param progress receives the number of steps since its last call; there are {@value #MOST} for each net, or fewer
     */
    public static Mistakes explain(RunFiles run, Evaluation evaluation, Device device, IntConsumer progress) {
        Ensemble ensemble = evaluation.ensemble();
        List<Answer> all = Answer.mistakes(Answer.of(
                ensemble.data(), ensemble.split(), evaluation.weighted().scores()));
        List<Explainer.Question> questions = all.stream()
                .limit(MOST)
                .map(answer -> new Explainer.Question(answer.volume(), answer.logit()))
                .toList();
        if (questions.isEmpty()) {
            return new Mistakes(all, List.of(), "");
        }
        Explainer explainer = new Explainer(
                TrainedModel.of(run), evaluation.weighted().weights(), ensemble.data(), ensemble.split(), device);
        try {
            return new Mistakes(all, explainer.explain(questions, new GradCam(null), progress), "");
        } catch (DataException e) {
            return new Mistakes(all, List.of(), String.valueOf(e.getMessage()));
        }
    }
}
