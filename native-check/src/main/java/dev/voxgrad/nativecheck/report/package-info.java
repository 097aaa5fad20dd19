/**
 * Turns findings into a verdict, an exit code and a report, as text or JSON.
 *
 * <p>A {@link dev.voxgrad.nativecheck.report.Finding} is one line of the report. Its status and impact, never its
 * wording, decide the {@link dev.voxgrad.nativecheck.report.Verdict}.
 */
@NullMarked
package dev.voxgrad.nativecheck.report;

import org.jspecify.annotations.NullMarked;
