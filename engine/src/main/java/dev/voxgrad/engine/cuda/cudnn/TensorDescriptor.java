package dev.voxgrad.engine.cuda.cudnn;

import java.util.List;

import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnTensorDescriptor;

/** Creates and destroys cuDNN's descriptors of tensors. */
final class TensorDescriptor {
    private TensorDescriptor() {}

    /** Creates the descriptor of a tensor without gaps. */
    static cudnnTensorDescriptor of(TensorShape shape) {
        int[] strides = new int[5];
        int[] fastestFirst = shape.channelsLast() ? new int[] {1, 4, 3, 2, 0} : new int[] {4, 3, 2, 1, 0};
        int stride = 1;
        for (int dimension : fastestFirst) {
            strides[dimension] = stride;
            stride *= shape.sizes().get(dimension);
        }
        cudnnTensorDescriptor descriptor = new cudnnTensorDescriptor();
        CudnnStatus.check("cudnnCreateTensorDescriptor", JCudnn.cudnnCreateTensorDescriptor(descriptor));
        CudnnStatus.check(
                "cudnnSetTensorNdDescriptor",
                JCudnn.cudnnSetTensorNdDescriptor(
                        descriptor, dataType(shape.bfloat16()), 5, ints(shape.sizes()), strides));
        return descriptor;
    }

    static int dataType(boolean bfloat16) {
        return bfloat16 ? cudnnDataType.CUDNN_DATA_BFLOAT16 : cudnnDataType.CUDNN_DATA_FLOAT;
    }

    static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    static void destroy(cudnnTensorDescriptor descriptor) {
        JCudnn.cudnnDestroyTensorDescriptor(descriptor);
    }
}
