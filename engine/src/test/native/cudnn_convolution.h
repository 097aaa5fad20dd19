// The three passes of a convolution on dense arrays, in one to three spatial dimensions.
#pragma once

#include "cudnn.h"

/** Sizes of a convolution, with missing spatial dimensions of size 1 before the others. */
struct Geometry {
    long batch, groups, inputChannels, outputChannels;  // channels of one group
    long input[3], output[3], kernel[3];
    long pad[3], stride[3], dilation[3];

    Geometry(const Tensor& x, const Filter& w, const Convolution& convolution, const Tensor& y);
};

/** Returns one element of the output size, or less than 1 if the kernel does not fit. */
long outputSize(const Tensor& x, const Filter& w, const Convolution& convolution, size_t axis);

void forward(const Geometry& g, const double* x, const double* w, double* y);
void backwardData(const Geometry& g, double* dx, const double* w, const double* dy);
void backwardFilter(const Geometry& g, const double* x, double* dw, const double* dy);
