# Sourced by the commands in */bin that run the engine. Sets $options, the JVM's options for all of them.

# The heap may take three quarters of the memory, or of what the container allows. A small young generation keeps
# it from being used twice over: activations, 90 MB each, then go straight to where they stay (Net1 to Net3 in a
# row: 1.4 GB resident in place of 3.3). The JVM's own remarks go to standard error, since standard output may be
# a file of results.
#
# Objects aligned at 64 bytes let the kernels begin their scratch arrays on cache lines, so that no vector straddles
# two: a Net1 training step took 0.94 to 0.97 of the time (three pairs), its convolutions 0.89.
options="--add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED
  -XX:+UseParallelGC -Xmn64m -XX:ObjectAlignmentInBytes=64 -XX:-UsePerfData -XX:MaxRAMPercentage=75
  -XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning,aot=off,cds=off:stderr"
