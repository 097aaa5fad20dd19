package dev.voxgrad.engine.device;

/** Whether a device can be had on this machine: the device, or the reason why not. */
public sealed interface Availability {
    /**
     * It can.
     *
     * @param why why it is this one, where the user left the choice open; empty where the user named it
     */
    record Available(Device device, String why) implements Availability {
        /** The device that the user named. */
        public Available(Device device) {
            this(device, "");
        }
    }

    /** It can't; {@code reason} says what is missing and what to do, in one sentence. */
    record Missing(String reason) implements Availability {}
}
