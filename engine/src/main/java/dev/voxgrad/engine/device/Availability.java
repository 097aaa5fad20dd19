package dev.voxgrad.engine.device;

/** Reports whether a device is available on this machine: the device, or the reason why it is not. */
public sealed interface Availability {
    /**
     * The device is available.
     *
     * @param why the reason for this choice, if the user left it open; empty if the user named the device
     */
    record Available(Device device, String why) implements Availability {
        /** Reports the device that the user named. */
        public Available(Device device) {
            this(device, "");
        }
    }

    /** The device is missing; {@code reason} says what is missing and what to do, in one sentence. */
    record Missing(String reason) implements Availability {}
}
