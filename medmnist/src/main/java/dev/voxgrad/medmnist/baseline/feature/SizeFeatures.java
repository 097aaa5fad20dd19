package dev.voxgrad.medmnist.baseline.feature;

import java.util.List;

/**
 * Measures size, surface and mean thickness. With the volume V in voxels and the faces F_a across axis a between a voxel
 * inside and one outside, F = F_X + F_Y + F_Z:
 *
 * <pre>V,  ln V,  F_a,  F,  ln F,  V/F,  ln V/F,  π^⅓ (6V)^⅔ / F</pre>
 *
 * <p>V/F grows with the thickness: 1/6 for one voxel, t/2 for a large plate of thickness t across an axis. The last is
 * Wadell's sphericity (Journal of Geology 40, 1932) with faces as surface: about ⅔ for large balls, whose faces are 6πr²,
 * and 0.81 for cubes.
 */
final class SizeFeatures implements MaskFeatures {
    @Override
    public List<String> names() {
        return List.of(
                "volume",
                "log volume",
                "faces across X",
                "faces across Y",
                "faces across Z",
                "faces",
                "log faces",
                "volume/faces",
                "log volume/faces",
                "sphericity");
    }

    @Override
    public double[] of(Mask mask) {
        double volume = mask.volume();
        double[] across = {
            faces(mask, new Offset(1, 0, 0)), faces(mask, new Offset(0, 1, 0)), faces(mask, new Offset(0, 0, 1))
        };
        double faces = across[0] + across[1] + across[2];
        return new double[] {
            volume,
            Math.log(volume),
            across[0],
            across[1],
            across[2],
            faces,
            Math.log(faces),
            volume / faces,
            Math.log(volume / faces),
            Math.cbrt(Math.PI * 36 * volume * volume) / faces
        };
    }

    /** Counts two faces for each run of voxels along an axis: a voxel without a next one inside ends a run. */
    private static double faces(Mask mask, Offset next) {
        return 2.0 * (mask.volume() - mask.pairs(next));
    }
}
