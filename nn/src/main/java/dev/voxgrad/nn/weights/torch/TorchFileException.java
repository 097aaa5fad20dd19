package dev.voxgrad.nn.weights.torch;

import java.io.IOException;
import java.io.Serial;

/** Reports what is wrong with a file of PyTorch, as the end of a sentence that starts with the file's name. */
public final class TorchFileException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    TorchFileException(String problem) {
        super(problem);
    }

    /** Returns an exception for a file whose contents contradict themselves or the format. */
    static TorchFileException damaged(String problem) {
        return new TorchFileException(
                problem + "; the file is damaged or not one of PyTorch's; copy, download or save it again");
    }
}
