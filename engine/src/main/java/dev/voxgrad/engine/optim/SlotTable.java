package dev.voxgrad.engine.optim;

import java.util.List;

import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.cuda.driver.DeviceBuffer;
import dev.voxgrad.engine.cuda.driver.Grid;
import dev.voxgrad.engine.cuda.nvrtc.CudaSource;
import dev.voxgrad.engine.device.CudaDevice;
import dev.voxgrad.engine.device.CudaStorage;
import dev.voxgrad.engine.device.cuda.CudaLaunch;
import dev.voxgrad.engine.device.cuda.ElementType;
import dev.voxgrad.engine.device.cuda.HostArray;

/**
 * Holds the tables of optim.cu on a GPU: the addresses of many tensors, and the piece of a tensor that each block
 * updates.
 */
final class SlotTable implements AutoCloseable {
    static final CudaSource SOURCE = new CudaSource(SlotTable.class, "optim");
    /** The number of values that a block updates; CHUNK in optim.cu. */
    private static final int CHUNK = 65_536;
    /** The number of {@code long long}s in {@code struct Slot}: four addresses and a length. */
    private static final int FIELDS = 5;

    private final CudaDevice device;
    private final DeviceBuffer slots;
    private final DeviceBuffer pieces;
    private final int[] firstPieces;

    SlotTable(CudaDevice device, List<UpdateSlot> tensors) {
        this.device = device;
        long[] fields = new long[FIELDS * tensors.size()];
        firstPieces = new int[tensors.size() + 1];
        for (int i = 0; i < tensors.size(); i++) {
            UpdateSlot slot = tensors.get(i);
            fields[FIELDS * i] = address(slot.parameter());
            fields[FIELDS * i + 1] = address(slot.gradient());
            for (int s = 0; s < slot.state().size(); s++) {
                fields[FIELDS * i + 2 + s] = address(slot.state().get(s));
            }
            long elements = slot.gradient().shape().elements();
            fields[FIELDS * i + FIELDS - 1] = elements;
            firstPieces[i + 1] = firstPieces[i] + (int) Math.ceilDiv(elements, CHUNK);
        }
        long[] packed = new long[firstPieces[tensors.size()]];
        for (int i = 0; i < tensors.size(); i++) {
            for (int piece = firstPieces[i]; piece < firstPieces[i + 1]; piece++) {
                packed[piece] = (long) i << 32 | piece - firstPieces[i];
            }
        }
        slots = device.borrowCopy(HostArray.of(fields));
        pieces = device.borrowCopy(HostArray.of(packed));
    }

    private static long address(Tensor tensor) {
        CudaStorage storage = CudaStorage.of(tensor);
        if (storage.type() != ElementType.FLOAT32) {
            throw new IllegalStateException("optimizer: tensor of type " + storage.type() + ", expected float32");
        }
        return storage.buffer().address();
    }

    /** Returns a launch of a kernel whose first argument is the table of tensors. */
    CudaLaunch kernel(String name) {
        return device.kernel(SOURCE, name).add(slots);
    }

    /** Returns the table of pieces: for each block, the index of a tensor and of a piece of it. */
    DeviceBuffer pieces() {
        return pieces;
    }

    /** Returns the index of each tensor's first piece, followed by the number of pieces. */
    int[] firstPieces() {
        return firstPieces;
    }

    /** Returns a grid with a block for each piece. */
    Grid grid() {
        return Grid.blocks(firstPieces[firstPieces.length - 1], Grid.THREADS);
    }

    @Override
    public void close() {
        device.giveBack(slots);
        device.giveBack(pieces);
    }
}
