/**
 * The three nets of the study, {@code net1} to {@code net3}: one family with two to four stages. Start reading at
 * {@link dev.voxgrad.medmnist.nets.study.StudyNet}.
 */
@NullMarked
package dev.voxgrad.medmnist.nets.study;

import org.jspecify.annotations.NullMarked;
