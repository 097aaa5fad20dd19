/**
 * Text that is safe to show or to paste: quoting for shells, and escapes for control characters.
 */
@NullMarked
package dev.voxgrad.medmnist.text;

import org.jspecify.annotations.NullMarked;
