package dev.voxgrad.engine.device;

/** Whether a device can be had on this machine: the device, or the reason why not. */
public sealed interface Availability {
    /** It can. */
    record Available(Device device) implements Availability {}

    /** It can't; {@code reason} says what is missing and what to do, in one sentence. */
    record Missing(String reason) implements Availability {}
}
