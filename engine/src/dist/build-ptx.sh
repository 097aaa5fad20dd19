#!/bin/sh
# Compiles every .cu file under SOURCES with nvcc to a .ptx file at the same place under TARGET:
#   build-ptx.sh SOURCES TARGET [NVCC-OPTION ...]
# Without nvcc on the PATH it says so and leaves TARGET empty. The build of the bundle and CudaSourcesTest run it.
set -eu

sources=$1
mkdir -p "$2"
target=$(cd "$2" && pwd)
shift 2
find "$target" -name '*.ptx' -exec rm {} +

if ! command -v nvcc >/dev/null; then
  echo "There is no nvcc on the PATH, so this build contains no PTX: a machine with a GPU needs NVRTC to run it."
  exit 0
fi

# Runs two at a time. CUDA 13 compiles for nothing older than 7.5; the driver translates PTX for newer GPUs.
compile='
  ptx=$target/${0%.cu}.ptx
  mkdir -p "$(dirname "$ptx")"
  exec nvcc -ptx -arch=compute_75 -std=c++17 -I dev/voxgrad/engine/cuda/nvrtc "$@" -o "$ptx" "$0"'
export target
cd "$sources"
find . -name '*.cu' | sort | xargs -P 2 -I '{}' sh -c "$compile" '{}' "$@"

cuda=$(nvcc --version | sed -n 's/.*release \([0-9.]*\).*/\1/p')
echo "nvcc made PTX of $(find "$target" -name '*.ptx' | wc -l) files: a machine with a GPU runs it without NVRTC if" \
  "its driver is for CUDA $cuda or newer."
