package dev.voxgrad.medmnist.importing;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nifti.Affine;

import static org.assertj.core.api.Assertions.assertThat;

/** Places volumes of known crops. */
class ScanPlaceTest {
    private static VolumeOrigin origin(@Nullable List<Double> affine, List<Integer> shape, List<List<Double>> crop) {
        return new VolumeOrigin(
                "a.nii.gz", null, List.of(0), shape, List.of(1.0, 1.0, 1.0), null, affine, 1, crop, List.of());
    }

    private static List<Double> list(double... values) {
        return Arrays.stream(values).boxed().toList();
    }

    @Test
    void scanInRasOrderIsCroppedAndResampled() {
        List<Double> affine = list(2, 0, 0, -10, 0, 3, 0, -20, 0, 0, 4, -30);
        VolumeOrigin origin = origin(affine, List.of(11, 11, 11), List.of(list(1, 5), list(0, 10), list(-2, 12)));
        assertThat(ScanPlace.of(origin, new VolumeShape(1, 9, 6, 15)))
                .contains(new Affine(1, 0, 0, -8, 0, 6, 0, -20, 0, 0, 4, -38));
    }

    /** Axes of an LPS file run the other way: the turned scan starts at the file's last voxel. */
    @Test
    void axesThatRunTheOtherWayAreTurned() {
        List<Double> affine = list(-2, 0, 0, 100, 0, -2, 0, 50, 0, 0, 5, 7);
        VolumeOrigin origin = origin(affine, List.of(11, 6, 4), List.of(list(0, 10), list(0, 5), list(0, 3)));
        assertThat(ScanPlace.of(origin, new VolumeShape(1, 11, 6, 4)))
                .contains(new Affine(2, 0, 0, 80, 0, 2, 0, 40, 0, 0, 5, 7));
    }

    /** The file's axes are Z, X and Y of the patient. */
    @Test
    void axesInAnotherOrderAreSorted() {
        List<Double> affine = list(0, 2, 0, 1, 0, 0, -3, 30, 4, 0, 0, 9);
        VolumeOrigin origin = origin(affine, List.of(5, 6, 7), List.of(list(0, 4), list(0, 5), list(0, 6)));
        assertThat(ScanPlace.of(origin, new VolumeShape(1, 5, 6, 7)))
                .contains(new Affine(2, 0, 0, 1, 0, 3, 0, 15, 0, 0, 4, 9));
    }

    @Test
    void arraysHaveNoPlace() {
        VolumeOrigin array = origin(null, List.of(1, 1, 1), List.of(list(0, 0), list(0, 0), list(0, 0)));
        assertThat(ScanPlace.of(array, new VolumeShape(1, 1))).isEmpty();
    }
}
