import java.util.*;
import java.util.function.*;
import java.util.stream.*;
import dev.voxgrad.engine.*;
import dev.voxgrad.engine.autograd.*;
import dev.voxgrad.engine.device.*;
import dev.voxgrad.engine.graph.*;
import dev.voxgrad.engine.op.conv3d.*;
import dev.voxgrad.engine.trace.*;
import dev.voxgrad.nn.*;
import dev.voxgrad.nn.loss.*;
import dev.voxgrad.nn.optim.*;
import dev.voxgrad.medmnist.data.VolumeShape;
import dev.voxgrad.medmnist.nets.Nets;
// The CPU with all its cores, in float32, and the slow and obvious definition of every operation, in double.
CpuDevice cpu = CpuDevice.allCores();
ReferenceDevice reference = ReferenceDevice.INSTANCE;
