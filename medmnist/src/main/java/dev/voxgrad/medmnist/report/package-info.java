/**
 * Reports of runs and of learning-rate range tests: pages of HTML that require no network and no JavaScript. Start
 * reading at {@link dev.voxgrad.medmnist.report.RunReport}, which lists the sections of the page.
 */
@NullMarked
package dev.voxgrad.medmnist.report;

import org.jspecify.annotations.NullMarked;
