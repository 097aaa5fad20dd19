package dev.voxgrad.medmnist.fuzz;

import java.nio.charset.StandardCharsets;

/** Makes the files of a search's folder. */
final class SearchInputs {
    private static final String INFO = "{\"run\":"
            + new String(RunInputs.wholeInfo(), StandardCharsets.UTF_8)
                    .replaceFirst("\"crossValidation\":\\{[^}]*\\}", "\"crossValidation\":null")
                    .replace("\"models\":3", "\"models\":1")
                    .replace("\"epochs\":5", "\"epochs\":9")
            + ",\"volumes\":12,\"space\":[\"net choice net1, net2\",\"lr log 1e-4 to 0.1\",\"ema uniform 0 to 0.9 when net"
            + " = net2\"],\"plan\":{\"method\":\"ASHA\",\"rungs\":{\"epochs\":[1,3,9],\"eta\":3},"
            + "\"budget\":\"60epochs\",\"trials\":100,\"seed\":1,\"workers\":2}}";
    private static final String TRIAL = """
            {"configuration":"net=net2 lr=0.001 ema=0.5","origin":"random","jobs":[0,3],"results":[{"epochs":1,
            "bestEpoch":1,"auc":0.8,"accuracy":0.7,"logLoss":0.5,"interval":{"low":0.7,"high":0.9}}],"failure":null}
            """;

    private SearchInputs() {}

    /** Returns a correct search.json. */
    static byte[] wholeInfo() {
        return INFO.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] info(Chance chance) {
        return JsonInputs.bytes(INFO, chance);
    }

    static byte[] trial(Chance chance) {
        return JsonInputs.bytes(TRIAL, chance);
    }
}
