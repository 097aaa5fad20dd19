package dev.voxgrad.engine.cuda.cublas;

import static dev.voxgrad.engine.cuda.cublas.CublasBinding.PROPERTY;

/** Sets the system property that forces a binding, and restores it at the end of a test. */
final class RequestedBinding implements AutoCloseable {
    private final String before = System.getProperty(PROPERTY);

    /** Sets the property to a value, which need not be valid. */
    RequestedBinding(String name) {
        System.setProperty(PROPERTY, name);
    }

    /** Forces a binding. */
    RequestedBinding(CublasBinding binding) {
        this(binding.flag());
    }

    @Override
    public void close() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }
}
