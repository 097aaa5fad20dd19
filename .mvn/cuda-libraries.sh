# Sourced by launchers. On a machine with an NVIDIA driver, lets the loader find CUDA's libraries where the
# Maven profile cuda-libraries has unpacked them; what LD_LIBRARY_PATH names already comes first.

cuda_libraries=${XDG_CACHE_HOME:-${HOME:-}/.cache}/voxgrad/cuda-12.6
# The second is the driver's device under Windows' WSL.
if [ -d "$cuda_libraries" ] && { [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; }; then
  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$cuda_libraries"
fi
