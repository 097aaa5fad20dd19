package dev.voxgrad.nativecheck.report;

import java.util.List;

/**
 * Findings under one heading.
 *
 * @param title the heading
 * @param findings in the order in which one thing depends on another
 */
public record Section(String title, List<Finding> findings) {}
