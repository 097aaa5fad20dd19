/**
 * The files of one member of a run: its state, its checkpoints and the lock that keeps two processes from training it.
 * Start with {@link dev.voxgrad.medmnist.run.member.MemberFiles}.
 */
@NullMarked
package dev.voxgrad.medmnist.run.member;

import org.jspecify.annotations.NullMarked;
