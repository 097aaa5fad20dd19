package dev.voxgrad.medmnist.cli.ui;

import picocli.CommandLine.IVersionProvider;

/** Reads the version that the build writes to the jar's manifest. */
public final class Version implements IVersionProvider {
    /** Returns Voxgrad's version, or {@code development} when it does not run from a jar. */
    public static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"Voxgrad medmnist " + number() + ", Java " + Runtime.version()};
    }
}
