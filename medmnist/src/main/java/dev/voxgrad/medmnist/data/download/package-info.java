/**
 * Downloads the official files, and resumes interrupted downloads.
 *
 * <p>Start with {@link dev.voxgrad.medmnist.data.download.Downloader}.
 */
@NullMarked
package dev.voxgrad.medmnist.data.download;

import org.jspecify.annotations.NullMarked;
