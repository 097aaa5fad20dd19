package dev.voxgrad.bench.peers;

import java.util.List;

/**
 * Describes in what the engines' processes run.
 *
 * @param cores the cores that they are pinned to; empty if they are not
 * @param allocator the allocator of the tuned libtorch
 * @param instructions the vector instructions that engines may use
 */
record Surroundings(List<Integer> cores, Allocator.Installed allocator, InstructionSet instructions) {}
