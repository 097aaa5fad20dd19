package dev.voxgrad.medmnist.baseline.model;

/**
 * States how a tree grows.
 *
 * @param mostDepth the longest way from the root to a leaf, in steps
 * @param leastRows rows of a leaf at least
 * @param features number of features that are drawn for each split
 * @param randomEdges whether a feature's edge is drawn, as in extremely randomised trees, or the best one is searched
 * @param splitPenalty λ of the score of a split
 * @param leafPenalty λ of the value of a leaf
 */
record TreeSettings(
        int mostDepth, int leastRows, int features, boolean randomEdges, double splitPenalty, double leafPenalty) {}
