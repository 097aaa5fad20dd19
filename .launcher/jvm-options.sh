# Sourced by the commands in */bin that run the engine. Sets $options, the JVM options they share.

# The heap may take three quarters of the memory, or of the container's limit. With a small young generation, large
# arrays (activations take 90 MB each) are allocated in the old generation straight away and never copied there. One
# thread collects, since training leaves hardly any garbage; with the parallel collector, two threads that come across
# the same array both copy it, and one copy stays as waste (training Net3 took 1101 MB instead of 906). The JVM's own
# messages go to standard error, since standard output may be a file of results.
#
# Objects aligned at 64 bytes let the kernels start their scratch arrays on cache lines, so that no vector straddles
# two: a Net1 training step took 0.94 to 0.97 of the time (three pairs), its convolutions 0.89.
options="--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
  -XX:+UseSerialGC -Xmn32m -XX:ObjectAlignmentInBytes=64 -XX:-UsePerfData -XX:MaxRAMPercentage=75
  -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning,aot=off,cds=off:stderr"
