"""Writes scans with nibabel, and what nibabel reads from them, for NibabelTest.

Usage: python3 write_scans.py FOLDER. Each scan gets three arrays next to it: .values.npy (float64, as get_fdata returns),
.affine.npy (4x4) and .ras.npy (the values in the order of the patient's axes). The scans of nibabel's own tests are
taken, too, if they are installed.
"""
import pathlib
import shutil
import sys

import nibabel
import numpy

folder = pathlib.Path(sys.argv[1])
random = numpy.random.default_rng(5)


def describe(path):
    image = nibabel.load(path)
    stem = str(folder / path.name)
    numpy.save(stem + ".values.npy", numpy.ascontiguousarray(image.get_fdata(dtype=numpy.float64)))
    numpy.save(stem + ".affine.npy", image.affine)
    numpy.save(stem + ".ras.npy", numpy.ascontiguousarray(nibabel.as_closest_canonical(image).get_fdata()))


def rotation(angles):
    cos, sin = numpy.cos(angles), numpy.sin(angles)
    x = numpy.array([[1, 0, 0], [0, cos[0], -sin[0]], [0, sin[0], cos[0]]])
    y = numpy.array([[cos[1], 0, sin[1]], [0, 1, 0], [-sin[1], 0, cos[1]]])
    z = numpy.array([[cos[2], -sin[2], 0], [sin[2], cos[2], 0], [0, 0, 1]])
    return x @ y @ z


def affine():
    matrix = numpy.eye(4)
    flips = numpy.diag(random.choice([-1, 1], 3))
    order = numpy.eye(3)[random.permutation(3)]
    tilt = rotation(random.uniform(-0.4, 0.4, 3))
    matrix[:3, :3] = tilt @ flips @ order @ numpy.diag(random.uniform(0.3, 4, 3))
    matrix[:3, 3] = random.uniform(-100, 100, 3)
    return matrix


def values(dtype, shape):
    if numpy.issubdtype(dtype, numpy.floating):
        return (random.standard_normal(shape) * 1000).astype(dtype)
    limits = numpy.iinfo(dtype)
    return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


number = 0
types = ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"]
for version, single, pair, endings in [
    (nibabel.Nifti1Header, nibabel.Nifti1Image, nibabel.Nifti1Pair, [".nii", ".nii.gz", ".img", ".img.gz"]),
    (nibabel.Nifti2Header, nibabel.Nifti2Image, nibabel.Nifti2Pair, [".nii", ".nii.gz", ".img"]),
]:
    for dtype in types:
        for endianness in "<>":
            ending = endings[number % len(endings)]
            shape = [(5, 4, 3), (3, 5, 4, 2), (4, 3, 2, 1, 3), (6, 5, 1)][number % 4]
            kind = pair if ".img" in ending else single
            header = kind.header_class(endianness=endianness)
            header.set_data_dtype(dtype)
            image = kind(values(dtype, shape), None, header)
            form = number // 2 % 3
            if form == 0:
                image.set_sform(affine(), code=1)
                image.set_qform(affine(), code=1)
            elif form == 1:
                image.set_sform(affine(), code=0)
                image.set_qform(affine(), code=2)
            else:
                image.header["pixdim"][1:4] = random.uniform(0.5, 3, 3)
                image.header["sform_code"] = image.header["qform_code"] = 0
            if number % 5 == 0:
                image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"x" * (number * 7 + 1)))
            path = folder / f"scan{number:02d}{ending}"
            nibabel.save(image, path)
            number += 1


def scale(path, slope, inter):
    """Changes the scaling in a plain header."""
    data = bytearray(path.read_bytes())
    header = (nibabel.Nifti2Header if data[4:7] in (b"n+2", b"ni2") else nibabel.Nifti1Header).from_fileobj
    with open(path, "rb") as file:
        found = header(file, check=False)
    raw = found.structarr.copy()
    raw["scl_slope"], raw["scl_inter"] = slope, inter
    data[: len(raw.tobytes())] = raw.tobytes()
    path.write_bytes(bytes(data))


scalings = [(1, 0), (0, 5), (0.25, 0), (2, -1024), (float("nan"), 3), (1, 7.5), (-1.5, 1e6), (float("inf"), 1)]
for i, path in enumerate(sorted(folder.glob("*.nii")) + sorted(folder.glob("*.hdr"))):
    scale(path, *scalings[i % len(scalings)])
for path in sorted(folder.glob("scan*.nii")) + sorted(folder.glob("scan*.nii.gz")) + sorted(folder.glob("scan*.img*")):
    describe(path)

own = pathlib.Path(nibabel.__file__).parent / "tests" / "data"
for path in sorted(own.glob("*.nii")) + sorted(own.glob("*.nii.gz")):
    if "dconn" not in path.name:
        describe(pathlib.Path(shutil.copy(path, folder)))
