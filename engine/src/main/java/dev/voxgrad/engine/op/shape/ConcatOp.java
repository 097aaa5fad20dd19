package dev.voxgrad.engine.op.shape;

import dev.voxgrad.engine.Layout;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.ShapeException;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.autograd.Context;
import dev.voxgrad.engine.autograd.Op;

/**
 * Concatenates tensors along one dimension; the inputs must be row-major.
 *
 * <pre>
 * x0 (…,n0,…), x1 (…,n1,…), … → y (…,n0+n1+…,…)
 *
 * dx0, dx1, … are the corresponding pieces of dy
 * </pre>
 *
 * <p>The kernel sees each input as a matrix: the dimensions before {@code dimension} form its rows, the others its
 * columns. Each row of the result consists of the inputs' rows, one after another.
 *
 * @param dimension the dimension to concatenate along, counted from 0
 */
public record ConcatOp(int dimension) implements Op {
    @Override
    public String name() {
        return "concat";
    }

    @Override
    public Shape outputShape(Shape... inputs) {
        if (inputs.length == 0) {
            throw ShapeException.of(name(), "no inputs, expected at least one");
        }
        Shape first = inputs[0];
        if (dimension < 0 || dimension >= first.rank()) {
            throw ShapeException.of(
                    name(), "dimension " + dimension + ", expected 0 to " + (first.rank() - 1), "input 0", first);
        }
        long size = 0;
        for (int i = 0; i < inputs.length; i++) {
            requireFit(first, inputs[i], i);
            size += inputs[i].dim(dimension);
        }
        if (size > Integer.MAX_VALUE) {
            throw ShapeException.of(
                    name(),
                    "the sizes along dimension " + dimension + " add up to " + size + ", expected at most 2^31-1",
                    "input 0",
                    first);
        }
        return first.with(dimension, (int) size);
    }

    private void requireFit(Shape first, Shape other, int index) {
        if (other.rank() != first.rank()) {
            throw ShapeException.of(
                    name(),
                    "input " + index + " has " + other.rank() + " dimensions, expected " + first.rank(),
                    "input 0",
                    first,
                    "input " + index,
                    other);
        }
        for (int d = 0; d < first.rank(); d++) {
            if (d != dimension && other.dim(d) != first.dim(d)) {
                throw ShapeException.of(
                        name(),
                        "input " + index + " has size " + other.dim(d) + " (dim " + d + "), expected " + first.dim(d),
                        "input 0",
                        first,
                        "input " + index,
                        other);
            }
        }
    }

    @Override
    public Tensor forward(Context context, Tensor... inputs) {
        Tensor output = Tensor.empty(inputs[0].device(), context.outputShape(), Layout.ROW_MAJOR);
        int rowLength = output.shape().elementsFrom(dimension);
        int column = 0;
        for (Tensor input : inputs) {
            int columns = input.shape().elementsFrom(dimension);
            ConcatKernels.on(output.device()).copyColumns(input, columns, 0, output, rowLength, column, columns);
            column += columns;
        }
        return output;
    }

    @Override
    public Tensor[] backward(Context context, Tensor gradOutput) {
        Tensor[] gradients = new Tensor[context.inputs()];
        int rowLength = gradOutput.shape().elementsFrom(dimension);
        int column = 0;
        for (int i = 0; i < gradients.length; i++) {
            int columns = context.inputShape(i).elementsFrom(dimension);
            if (context.needsGradient(i)) {
                gradients[i] = Tensor.empty(gradOutput.device(), context.inputShape(i), Layout.ROW_MAJOR);
                ConcatKernels.on(gradOutput.device())
                        .copyColumns(gradOutput, rowLength, column, gradients[i], columns, 0, columns);
            }
            column += columns;
        }
        return gradients;
    }
}
