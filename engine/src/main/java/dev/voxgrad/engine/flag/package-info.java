/**
 * Values that users choose by name, such as {@code fp32} or {@code winograd}: the same spelling on the command line, in
 * {@code run.json} and in messages. Start with {@link dev.voxgrad.engine.flag.Flags}.
 */
@NullMarked
package dev.voxgrad.engine.flag;

import org.jspecify.annotations.NullMarked;
