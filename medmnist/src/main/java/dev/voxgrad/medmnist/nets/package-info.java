/**
 * The nets that the command line can train, by name, and tables of what they consist of.
 *
 * <p>Start reading at {@link dev.voxgrad.medmnist.nets.NetSpec}, which describes a net;
 * {@link dev.voxgrad.medmnist.nets.Nets} finds it by name. To add a family of nets, put it in a folder of its own, as
 * {@link dev.voxgrad.medmnist.nets.study} is, and add one line to {@code Nets}.
 */
@NullMarked
package dev.voxgrad.medmnist.nets;

import org.jspecify.annotations.NullMarked;
