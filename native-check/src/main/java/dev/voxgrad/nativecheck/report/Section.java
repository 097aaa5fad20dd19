package dev.voxgrad.nativecheck.report;

import java.util.List;

/**
 * Groups findings under one heading.
 *
 * @param title the heading
 * @param findings the findings in the order of dependency
 */
public record Section(String title, List<Finding> findings) {}
