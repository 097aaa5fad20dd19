package dev.voxgrad.engine.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.AnnotationConsumer;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * Runs a test once for each device of this machine: the CPU, and a GPU, which may be emulated. The test's only
 * parameter is the {@link dev.voxgrad.engine.device.Device}. Devices are shared between tests, so they are not closed.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(autoCloseArguments = false)
@ArgumentsSource(OnEveryDevice.Provider.class)
public @interface OnEveryDevice {
    /** Whether to run the test on the GPU a second time, with cuDNN's kernels. */
    boolean cudnn() default false;

    /** Whether to run the test on the reference device as well. */
    boolean reference() default false;

    /** Provides the devices. */
    final class Provider implements ArgumentsProvider, AnnotationConsumer<OnEveryDevice> {
        private OnEveryDevice wanted;

        @Override
        public void accept(OnEveryDevice annotation) {
            wanted = annotation;
        }

        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return TestDevices.with(wanted.cudnn(), wanted.reference()).stream().map(Arguments::of);
        }
    }
}
