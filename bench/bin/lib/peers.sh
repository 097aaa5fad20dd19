# Sourced by bench's commands, after jvm-options.sh and before launcher.sh, if other engines are requested. Builds with
# the profile that adds them, separately from the ordinary build.

profile=peers
first_use="first use: downloads libtorch, ONNX Runtime and ND4J, 300 MB, and takes a minute or two"
# Where JavaCPP unpacks native libraries, instead of the home folder.
options="$options -Dorg.bytedeco.javacpp.cachedir=$root/bench/target/peers/natives"
