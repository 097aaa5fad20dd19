package dev.voxgrad.engine.device.cuda;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

@EnabledOnOs(OS.LINUX)
class CudaLibrariesTest {
    /** Covers a machine whose user name, and so each mapped file's path, is not UTF-8. */
    @Test
    void readsMappedFilesWithAnyName() {
        String maps = """
                7f00-7f01 r-xp 00000000 08:01 11 /home/d\u00e4/a.jar
                7f01-7f02 r-xp 00000000 08:01 12 /home/d\u00e4 x/libcudnn.so.9.5.1
                7f02-7f03 r--p 00001000 08:01 12 /home/d\u00e4 x/libcudnn.so.9.5.1
                7f03-7f04 r-xp 00000000 08:01 13 //usr/100%/libcudnn.so.9
                7f04-7f05 rw-p 00000000 00:00 0\0
                """;
        assertThat(CudaLibraries.cudnnFiles(maps.getBytes(StandardCharsets.ISO_8859_1)))
                .containsExactly(
                        Path.of(URI.create("file:///home/d%E4%20x/libcudnn.so.9.5.1")),
                        Path.of("/usr/100%/libcudnn.so.9"));
        assertThat(CudaLibraries.cudnnFiles(new byte[0])).isEmpty();
    }
}
