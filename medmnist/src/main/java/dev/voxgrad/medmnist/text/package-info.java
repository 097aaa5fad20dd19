/**
 * Text that is safe to show or to paste: quoting for shells, escapes for control characters, and tables in Markdown.
 */
@NullMarked
package dev.voxgrad.medmnist.text;

import org.jspecify.annotations.NullMarked;
