# Sourced by the launchers. On a machine with an NVIDIA driver, lets the loader find the CUDA libraries that the Maven
# profile cuda-libraries has unpacked; folders already in LD_LIBRARY_PATH come first.

cuda_libraries=${XDG_CACHE_HOME:-${HOME:-}/.cache}/voxgrad/cuda-12.6
# The second is the driver's device in WSL.
if [ -d "$cuda_libraries" ] && { [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]; }; then
  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$cuda_libraries"
fi
