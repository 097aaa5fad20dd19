/**
 * Wraps cuDNN: convolutions and the search for their algorithms, pooling, batch normalisation and softmax. Start
 * reading with {@link dev.voxgrad.engine.cuda.cudnn.Cudnn}.
 */
@NullMarked
package dev.voxgrad.engine.cuda.cudnn;

import org.jspecify.annotations.NullMarked;
