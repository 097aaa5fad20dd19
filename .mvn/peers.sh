# Sourced by bench's commands, after jvm-options.sh and before launcher.sh, where other engines are wanted: builds with
# the profile that has them, beside the ordinary build.

profile=peers
first_use="first use: downloads libtorch and ND4J, 220 MB, and takes a minute or two"
# Where JavaCPP unpacks native libraries, in place of the home folder.
options="$options -Dorg.bytedeco.javacpp.cachedir=$root/bench/target/peers/natives"
