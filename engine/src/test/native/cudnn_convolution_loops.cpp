// The loops of the emulated convolutions. All three passes visit the same triples of an input, a weight and an output.
#include <algorithm>

#include "cudnn_convolution.h"

long outputSize(const Tensor& x, const Filter& w, const Convolution& convolution, size_t axis) {
    long reach = (w.dims[axis + 2] - 1) * convolution.dilations[axis] + 1;
    long room = x.dims[axis + 2] + 2 * convolution.pads[axis] - reach;
    return room < 0 ? 0 : room / convolution.strides[axis] + 1;
}

Geometry::Geometry(const Tensor& x, const Filter& w, const Convolution& convolution, const Tensor& y)
        : batch(x.dims[0]), groups(convolution.groups), inputChannels(w.dims[1]),
          outputChannels(w.dims[0] / convolution.groups) {
    std::fill(input, input + 3, 1);
    std::fill(output, output + 3, 1);
    std::fill(kernel, kernel + 3, 1);
    std::fill(pad, pad + 3, 0);
    std::fill(stride, stride + 3, 1);
    std::fill(dilation, dilation + 3, 1);
    size_t spatial = x.dims.size() - 2;
    for (size_t i = 0; i < spatial; i++) {
        size_t to = 3 - spatial + i;
        input[to] = x.dims[i + 2];
        output[to] = y.dims[i + 2];
        kernel[to] = w.dims[i + 2];
        pad[to] = convolution.pads[i];
        stride[to] = convolution.strides[i];
        dilation[to] = convolution.dilations[i];
    }
}

namespace {

/** The outputs from..to along an axis whose input for this tap is inside; the others see padding. */
struct Range {
    long from, to;

    Range(const Geometry& g, int axis, long tap) {
        long shift = tap * g.dilation[axis] - g.pad[axis];
        from = shift >= 0 ? 0 : (-shift + g.stride[axis] - 1) / g.stride[axis];
        long last = g.input[axis] - 1 - shift;
        to = last < 0 ? 0 : std::min(g.output[axis], last / g.stride[axis] + 1);
    }
};

/** Calls row(x, w, y, count): outputs y.. y+count-1 meet inputs x, x + stride, ... at weight w. */
template <class Row>
void eachRow(const Geometry& g, long xPlane, long wPlane, long yPlane, Row row) {
    for (long kz = 0; kz < g.kernel[0]; kz++) {
        for (long ky = 0; ky < g.kernel[1]; ky++) {
            for (long kx = 0; kx < g.kernel[2]; kx++) {
                long w = wPlane + (kz * g.kernel[1] + ky) * g.kernel[2] + kx;
                Range zs(g, 0, kz), ys(g, 1, ky), xs(g, 2, kx);
                for (long oz = zs.from; oz < zs.to; oz++) {
                    long iz = oz * g.stride[0] + kz * g.dilation[0] - g.pad[0];
                    for (long oy = ys.from; oy < ys.to && xs.from < xs.to; oy++) {
                        long iy = oy * g.stride[1] + ky * g.dilation[1] - g.pad[1];
                        long ix = xs.from * g.stride[2] + kx * g.dilation[2] - g.pad[2];
                        row(xPlane + (iz * g.input[1] + iy) * g.input[2] + ix, w,
                            yPlane + (oz * g.output[1] + oy) * g.output[2] + xs.from, xs.to - xs.from);
                    }
                }
            }
        }
    }
}

template <class Row>
void eachRow(const Geometry& g, Row row) {
    long xSize = g.input[0] * g.input[1] * g.input[2];
    long wSize = g.kernel[0] * g.kernel[1] * g.kernel[2];
    long ySize = g.output[0] * g.output[1] * g.output[2];
    for (long n = 0; n < g.batch; n++) {
        for (long group = 0; group < g.groups; group++) {
            for (long k = 0; k < g.outputChannels; k++) {
                for (long c = 0; c < g.inputChannels; c++) {
                    long inputPlane = (n * g.groups + group) * g.inputChannels + c;
                    long weightPlane = (group * g.outputChannels + k) * g.inputChannels + c;
                    long outputPlane = (n * g.groups + group) * g.outputChannels + k;
                    eachRow(g, inputPlane * xSize, weightPlane * wSize, outputPlane * ySize, row);
                }
            }
        }
    }
}

}  // namespace

void forward(const Geometry& g, const double* x, const double* w, double* y) {
    long stride = g.stride[2];
    eachRow(g, [=](long atX, long atW, long atY, long count) {
        for (long i = 0; i < count; i++) y[atY + i] += w[atW] * x[atX + i * stride];
    });
}

void backwardData(const Geometry& g, double* dx, const double* w, const double* dy) {
    long stride = g.stride[2];
    eachRow(g, [=](long atX, long atW, long atY, long count) {
        for (long i = 0; i < count; i++) dx[atX + i * stride] += w[atW] * dy[atY + i];
    });
}

void backwardFilter(const Geometry& g, const double* x, double* dw, const double* dy) {
    long stride = g.stride[2];
    eachRow(g, [=](long atX, long atW, long atY, long count) {
        double sum = 0;
        for (long i = 0; i < count; i++) sum += x[atX + i * stride] * dy[atY + i];
        dw[atW] += sum;
    });
}
