package dev.voxgrad.engine.autograd;

import java.util.List;

import dev.voxgrad.engine.Tensor;

/** Describes how a tensor was made: the operation, its inputs, and what it saved. The graph is nothing but these. */
public record Node(Op op, List<Tensor> inputs, Context context) {}
