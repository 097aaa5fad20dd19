/**
 * Compares training steps and inference with those of other engines, each in its own process.
 *
 * <p>The command is {@code bench/bin/peers}; start with {@link dev.voxgrad.bench.peers.PeersCommand}, which starts a
 * {@link dev.voxgrad.bench.peers.EngineProcess} per measurement and collects a {@link
 * dev.voxgrad.bench.peers.Comparison}.
 */
@NullMarked
package dev.voxgrad.bench.peers;

import org.jspecify.annotations.NullMarked;
