#!/usr/bin/env python3
"""Checks that PyTorch reads the weights that Voxgrad writes, and computes the same logits with them.

    bench/python/check_weights.py --npz adrenalmnist3d.npz                  # the six ResNets of MedMNIST's benchmark
    bench/python/check_weights.py --npz adrenalmnist3d.npz --nets resnet18-acs --volumes 8

Needs PyTorch and NumPy (Debian: apt-get install python3-torch python3-numpy). For each net, `medmnist train` trains it
for an epoch on a few volumes of the file with MedMNIST's recipe, and `medmnist predict` writes the logits of a few
others. PyTorch then loads the safetensors file into the net defined below, whose names are those of the official code,
with no name missing or left over, and computes the logits of the same volumes. The exit code is 1 if a logit differs by
more than 1e-4, relative to logits above 1.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn

MEDMNIST = pathlib.Path(__file__).resolve().parents[2] / "medmnist" / "bin" / "medmnist"
NETS = [f"resnet{depth}-{kind}" for depth in (18, 50) for kind in ("2.5d", "3d", "acs")]
TOLERANCE = 1e-4
SCALE = 0.5  # of masks in evaluation


class Convolution(nn.Module):
    """A convolution padded by half its kernel. An ACS kernel is laid into a cube, a third of the filters per plane."""

    def __init__(self, kind, inputs, outputs, k, stride):
        super().__init__()
        kernel = {"2.5d": (1, k, k), "3d": (k, k, k), "acs": (k, k)}[kind]
        self.weight = nn.Parameter(torch.empty(outputs, inputs, *kernel))
        self.stride = stride

    def cube(self):
        if self.weight.dim() == 5:
            return self.weight
        outputs, inputs, k, _ = self.weight.shape
        cube = self.weight.new_zeros(outputs, inputs, k, k, k)
        axial, coronal, sagittal = cube.tensor_split(3)
        parts = self.weight.tensor_split(3)
        axial[:, :, k // 2] = parts[0]
        coronal[:, :, :, k // 2] = parts[1]
        sagittal[:, :, :, :, k // 2] = parts[2]
        return cube

    def forward(self, x):
        cube = self.cube()
        return nn.functional.conv3d(x, cube, stride=self.stride, padding=tuple(n // 2 for n in cube.shape[2:]))


class Residual(nn.Module):
    """A block of convolutions (outputs, kernel, stride), each with a batch norm, around which its input is added."""

    def __init__(self, kind, inputs, convolutions):
        super().__init__()
        self.stages = len(convolutions)
        width = inputs
        for number, (outputs, k, stride) in enumerate(convolutions, 1):
            self.add_module(f"conv{number}", Convolution(kind, width, outputs, k, stride))
            self.add_module(f"bn{number}", nn.BatchNorm3d(outputs))
            width = outputs
        stride = max(stride for _, _, stride in convolutions)
        same = stride == 1 and width == inputs
        projection = [] if same else [Convolution(kind, inputs, width, 1, stride), nn.BatchNorm3d(width)]
        self.shortcut = nn.Sequential(*projection)

    def forward(self, x):
        main = x
        for number in range(1, self.stages + 1):
            main = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(main.relu() if number > 1 else main))
        return (main + self.shortcut(x)).relu()


class ResNet(nn.Module):
    def __init__(self, name, channels, classes):
        super().__init__()
        depth, kind = name[len("resnet"):].split("-")
        self.conv1 = Convolution(kind, channels, 64, 3, 1)
        self.bn1 = nn.BatchNorm3d(64)
        inputs = 64
        for layer, repeats in enumerate((2, 2, 2, 2) if depth == "18" else (3, 4, 6, 3), 1):
            width = 32 << layer
            blocks = nn.Sequential()
            for index in range(repeats):
                stride = 2 if layer > 1 and index == 0 else 1
                if depth == "18":
                    convolutions = [(width, 3, stride), (width, 3, 1)]
                else:
                    convolutions = [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]
                blocks.add_module(str(index), Residual(kind, inputs, convolutions))
                inputs = convolutions[-1][0]
            self.add_module(f"layer{layer}", blocks)
        self.linear = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
        return self.linear(x.mean(dim=(2, 3, 4)))


def read_safetensors(file):
    """Returns the tensors of a file by name: 8 bytes for the length of a JSON header, the header, and the data."""
    content = file.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    types = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8")}
    return {
        name: torch.from_numpy(
            np.frombuffer(content, types[entry["dtype"]], offset=start + entry["data_offsets"][0],
                          count=int(np.prod(entry["shape"], dtype=np.int64))).reshape(entry["shape"]).copy())
        for name, entry in header.items()
    }


def subset(source, target, count):
    """Writes the first volumes of each class of each split, and returns those of the test split."""
    volumes = {}
    with np.load(source) as arrays:
        for split in ("train", "val", "test"):
            labels = arrays[f"{split}_labels"]
            chosen = np.sort(np.concatenate([np.flatnonzero(labels[:, 0] == c)[:count // 2] for c in (0, 1)]))
            volumes[f"{split}_images"] = arrays[f"{split}_images"][chosen]
            volumes[f"{split}_labels"] = labels[chosen]
    np.savez(target, **volumes)
    return volumes["test_images"]


def medmnist(*arguments):
    done = subprocess.run([MEDMNIST, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"medmnist {' '.join(map(str, arguments))} failed:\n{done.stdout}")


def largest_difference(name, npz, volumes, folder):
    """Trains the net here, predicts with it in both programs, and returns the largest difference of a logit."""
    prepared = ["--normalise", "none", "--rgb", "--scale", SCALE]
    medmnist("train", "--npz", npz, "--recipe", "medmnist", "--shape-transform", "--models", 1, "--nets", name,
             "--epochs", 1, "--batch-size", 4, "--out", folder / "run")
    weights = folder / "run" / "weights" / f"member-00-{name}-last.safetensors"
    medmnist("predict", "--npz", npz, *prepared, "--net", name, "--weights", weights, "--logits", "--out",
             folder / "logits.csv")
    ours = np.loadtxt(folder / "logits.csv", delimiter=",", ndmin=2)[:, 1:]
    grey = torch.from_numpy(volumes.astype(np.float32) / 255 * SCALE)
    net = ResNet(name, channels=3, classes=ours.shape[1])
    net.load_state_dict(read_safetensors(weights), strict=True)
    net.eval()
    with torch.no_grad():
        theirs = net(grey[:, None].repeat(1, 3, 1, 1, 1)).double().numpy()
    return np.abs(ours - theirs).max() / max(1, np.abs(theirs).max()), theirs


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--npz", type=pathlib.Path, required=True, help="adrenalmnist3d.npz")
    cli.add_argument("--nets", default=",".join(NETS))
    cli.add_argument("--volumes", type=int, default=8, help="number of volumes of each split; default: 8")
    options = cli.parse_args()
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    failed = False
    for name in options.nets.split(","):
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            volumes = subset(options.npz, folder / "few.npz", options.volumes)
            difference, logits = largest_difference(name, folder / "few.npz", volumes, folder)
            good = difference <= TOLERANCE
            failed |= not good
            print(f"{name:14} PyTorch {torch.__version__}, {len(volumes)} volumes: logits from {logits.min():.4f} to "
                  f"{logits.max():.4f}, largest difference {difference:.1e}, {'same' if good else 'DIFFERENT'}",
                  flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
