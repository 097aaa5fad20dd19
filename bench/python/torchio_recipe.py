#!/usr/bin/env python3
"""The training transforms in NumPy and SciPy: a peer to time Voxgrad's against, and values to test them with.

    bench/python/torchio_recipe.py                  # milliseconds per volume, one thread, as TransformBenchmark does
    bench/python/torchio_recipe.py --golden FILE    # the expected values of ScipyAgreementTest

Needs NumPy and SciPy (Debian: apt-get install python3-scipy). Volumes are float32, (C, X, Y, Z). Written as one would
for speed within NumPy: whole arrays, SciPy's compiled filters and interpolation, and real FFTs by SciPy.
"""
import argparse
import os
import statistics
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402
from scipy import fft, ndimage  # noqa: E402


def noise(volume, sigma, random):
    return volume + np.float32(sigma) * random.standard_normal(volume.shape, dtype=np.float32)


def flip(volume):
    return volume[:, ::-1]


def blur(volume, sigmas):
    return np.stack([ndimage.gaussian_filter(channel, sigmas) for channel in volume])


def bias_field(volume, coefficients):
    axes = [np.linspace(-1, 1, n) if n > 1 else np.zeros(1) for n in volume.shape[1:]]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    exponent = np.zeros(volume.shape[1:])
    following = iter(coefficients)
    for a in range(4):
        for b in range(4 - a):
            for c in range(4 - a - b):
                exponent += next(following) * x**a * y**b * z**c
    return (volume * np.exp(exponent)).astype(np.float32)


def rotation(x, y, z):
    """Rz(z)·Rx(x)·Ry(y), angles in degrees."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(np.radians((x, y, z))), np.sin(np.radians((x, y, z)))
    rx = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    ry = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    rz = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return rz @ rx @ ry


def resample(volume, matrix, offset):
    """Samples at q = matrix·p + offset; up to half a voxel beyond the outermost centres, their values continue."""
    sizes = np.array(volume.shape[1:])
    grid = np.indices(volume.shape[1:]).reshape(3, -1)
    q = matrix @ grid + np.asarray(offset)[:, None]
    inside = ((q >= -0.5) & (q < sizes[:, None] - 0.5)).all(axis=0)
    channels = []
    for channel in volume:
        values = ndimage.map_coordinates(channel, q, order=1, mode="nearest")
        channels.append(np.where(inside, values, channel.min()).reshape(channel.shape))
    return np.stack(channels)


def motion(volume, movements, times):
    """movements: two of (angles, translations), three numbers each."""
    moved = []
    for (ax, ay, az), (tx, ty, tz) in movements:
        moved.append(resample(volume, rotation(-ax, -ay, az), (-tx, -ty, tz)))
    spectra = [fft.fftshift(fft.fftn(v, axes=(1, 2, 3)), axes=(1, 2, 3)) for v in (volume, *moved)]
    n = volume.shape[3]
    start, end = int(n * times[0]), int(n * times[1])
    spectra[0][..., :start] = spectra[1][..., :start]
    spectra[0][..., end:] = spectra[2][..., end:]
    return fft.ifftn(fft.ifftshift(spectra[0], axes=(1, 2, 3)), axes=(1, 2, 3)).real.astype(np.float32)


def affine(volume, scales, angles):
    centre = (np.array(volume.shape[1:]) - 1) / 2
    matrix = rotation(*angles).T @ np.diag(1 / np.array(scales))
    return resample(volume, matrix, centre - matrix @ centre)


def draw_noise(volume, random):
    return noise(volume, random.uniform(0, 0.25), random)


def draw_flip(volume, random):
    return flip(volume) if random.random() < 0.5 else volume


def draw_blur(volume, random):
    return blur(volume, random.uniform(0, 2, 3))


def draw_bias(volume, random):
    return bias_field(volume, random.uniform(-0.5, 0.5, 20))


def draw_motion(volume, random):
    movements = [(random.uniform(-10, 10, 3), random.uniform(-10, 10, 3)) for _ in range(2)]
    return motion(volume, movements, np.array([1, 2]) / 3 + random.uniform(-0.1, 0.1, 2))


def draw_affine(volume, random):
    return affine(volume, random.uniform(0.9, 1.1, 3), (2, 2, 2))


STEPS = [(0.2, draw_noise), (0.4, draw_flip), (0.2, draw_blur), (0.1, draw_bias), (0.2, draw_motion),
         (0.2, draw_affine)]


def recipe(volume, random):
    for probability, step in STEPS:
        if random.random() <= probability:
            volume = step(volume, random)
    return volume


def milliseconds(function, volume, seconds):
    """Median of five mean times per call."""
    random = np.random.default_rng(1)
    function(volume, random)
    means = []
    for _ in range(5):
        calls, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            function(volume, random)
            calls += 1
        means.append((time.perf_counter() - start) / calls * 1e3)
    return statistics.median(means)


def benchmark(seconds):
    functions = {step.__name__.removeprefix("draw_"): step for _, step in STEPS} | {"torchio": recipe}
    print(f"NumPy {np.__version__}, one thread, ms per volume")
    print(f"{'transform':10} {'28^3':>9} {'64^3':>9}")
    for name, function in functions.items():
        times = []
        for edge in (28, 64):
            volume = np.random.default_rng(2).random((1, edge, edge, edge), dtype=np.float32)
            times.append(milliseconds(function, volume, seconds))
        print(f"{name:10} {times[0]:9.3f} {times[1]:9.3f}", flush=True)


def golden(path):
    """Every transform on small volumes with odd sides and two channels, with parameters that take in the edges."""
    random = np.random.default_rng(3)
    arrays = {}
    for index, shape in enumerate([(2, 7, 6, 9), (1, 12, 5, 17), (3, 4, 4, 4)]):
        volume = random.random(shape, dtype=np.float32)
        sigmas = random.uniform(0, 2, 3)
        coefficients = random.uniform(-0.5, 0.5, 20)
        movements = [(random.uniform(-10, 10, 3), random.uniform(-3, 3, 3)) for _ in range(2)]
        times = np.array([1, 2]) / 3 + random.uniform(-0.1, 0.1, 2)
        scales, angles = random.uniform(0.9, 1.1, 3), random.uniform(-30, 30, 3)
        arrays |= {f"{key}{index}": value for key, value in {
            "volume": volume,
            "sigmas": sigmas, "blur": blur(volume, sigmas),
            "coefficients": coefficients, "bias": bias_field(volume, coefficients),
            "movements": np.array(movements), "times": times, "motion": motion(volume, movements, times),
            "scales": scales, "angles": angles, "affine": affine(volume, scales, angles),
        }.items()}
    np.savez_compressed(path, **arrays)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--golden", metavar="FILE", help="write expected values for the tests instead of timing")
    parser.add_argument("--seconds", type=float, default=1, help="of each of five timings per transform (default: 1)")
    arguments = parser.parse_args()
    if arguments.golden:
        golden(arguments.golden)
    else:
        benchmark(arguments.seconds)


if __name__ == "__main__":
    main()
