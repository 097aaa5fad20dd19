/**
 * Explanations of a net's answers: which voxels a logit depends on.
 *
 * <p>Each method maps a volume x and a class c to one number per voxel. f is the net in evaluation mode, and f_c(x) its
 * logit of class c.
 *
 * <pre>
 * {@link dev.voxgrad.medmnist.explain.GradCam}              ReLU(Σ_k α_k A_k), α_k the mean of ∂f_c/∂A_k over all voxels
 * {@link dev.voxgrad.medmnist.explain.Occlusion}            f_c(x) − f_c(x with a cube filled)
 * {@link dev.voxgrad.medmnist.explain.IntegratedGradients}  (x − b) · ∫ ∂f_c/∂x (b + t(x − b)) dt over t from 0 to 1
 * </pre>
 *
 * <p>All of them explain the logit and not the probability, for two reasons. A softmax saturates: where the net is
 * certain, its gradient vanishes, and with it every map. And an ensemble's logit is the weighted mean of its members'
 * logits, so that {@linkplain dev.voxgrad.medmnist.explain.Attribution#mean the weighted mean of their maps} is the map
 * of the ensemble.
 *
 * <p>Start reading at {@link dev.voxgrad.medmnist.explain.Method}. {@link dev.voxgrad.medmnist.explain.Stages} shows how
 * a net is cut in two, so that the activation between the halves becomes a leaf whose gradient autograd computes.
 *
 * <p>A map shows what a net depends on. It does not show that this is the right thing to depend on, and a convincing
 * map is no evidence of a correct answer (Adebayo et al., "Sanity Checks for Saliency Maps", NeurIPS 2018; the same
 * check is a test here).
 */
@NullMarked
package dev.voxgrad.medmnist.explain;

import org.jspecify.annotations.NullMarked;
