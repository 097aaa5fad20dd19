package dev.voxgrad.medmnist.fuzz;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;

import dev.voxgrad.medmnist.io.Sha256;
import dev.voxgrad.medmnist.model.ZipBytes;

/** Makes bundles whose checksums match, so that what is in the files is read, and damages some of them. */
final class BundleInputs {
    private static final List<String> WEIGHTS = List.of(
            "weights/member-00-net1-last.safetensors",
            "weights/member-00-net1-best.safetensors",
            "weights/member-01-net2-last.safetensors",
            "weights/member-01-net2-best.safetensors");

    private BundleInputs() {}

    static byte[] any(Chance chance) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("run.json", chance.in(3) ? RunInputs.info(chance) : RunInputs.wholeInfo());
        files.put("members.csv", chance.in(3) ? RunInputs.members(chance) : RunInputs.wholeMembers());
        for (String name : WEIGHTS) {
            if (!chance.in(40)) {
                files.put(chance.in(40) ? encodable(chance.text()) : name, SafetensorsInputs.any(chance));
            }
        }
        StringBuilder list = new StringBuilder();
        files.forEach((name, content) -> list.append(list.isEmpty() ? "" : ",")
                .append("{\"name\":\"%s\",\"bytes\":%d,\"sha256\":\"%s\"}"
                        .formatted(name.replaceAll("[\"\\\\\\p{Cntrl}]", "?"), content.length, sum(content))));
        String manifest = "{\"format\":1,\"voxgrad\":\"0.1.0\",\"ensemble\":\"weighted\","
                + "\"weights\":[0.5,1.5,0.5,1.5],\"files\":[" + list + "]}";
        files.put(
                "bundle.json",
                chance.in(3) ? JsonInputs.bytes(manifest, chance) : manifest.getBytes(StandardCharsets.UTF_8));
        byte[] zip = ZipBytes.of(files, chance.in(20) ? ZipEntry.DEFLATED : ZipEntry.STORED);
        return chance.in(2) ? Damage.bytes(zip, chance) : zip;
    }

    /** Returns a text without halves of surrogate pairs, which no ZIP file can have in a name. */
    private static String encodable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static String sum(byte[] content) {
        MessageDigest digest = Sha256.digest();
        digest.update(content);
        return Sha256.hex(digest);
    }
}
