package dev.voxgrad.medmnist.fuzz;

import java.nio.charset.StandardCharsets;

/** Makes the files of a run's folder, result files, and lists of weights. */
final class RunInputs {
    private static final String INFO = """
            {"voxgrad":"0.1.0","java":"25","started":"2026-01-02T03:04:05Z",
            "device":"cpu: 2 threads, 512-bit vectors, auto convolution","convolution":"auto","fusion":true,
            "gpu":{"precision":"fp32","fastAlgorithms":false,"kernels":"own"},
            "data":{"kind":"SYNTHETIC","flag":null,"root":null,"size":0,"file":null,"labels":["a","b"],
            "synthetic":{"seed":1,"edge":8,"train":5,"val":5,"test":5,"difficulty":0.4}},
            "dataMd5":"0445d1b6410d8994d540763c2b9832d5","synthetic":true,"task":"multi-class",
            "labelNames":["a","b"],"crossValidation":{"folds":5,"note":"not the official split"},
            "settings":{"models":3,"nets":["NET1","NET2"],"epochs":5,"batchSize":4,"learningRate":0.001,
            "weightDecay":5.0E-4,"seed":1,"shuffle":true,"augment":"torchio","regime":{"schedule":"COSINE",
            "warmupEpochs":1,"clipNorm":0.5,"patience":3,"classWeights":{"asked":"1.0,2.0","values":[1.0,2.0]},
            "ema":0.99},"initWeights":"weights.safetensors"}}
            """;
    private static final String STATE = """
            {"member":0,"net":"NET1","history":[{"member":0,"net":"NET1","epoch":1,"trainLoss":0.7,
            "validation":{"auc":0.5,"accuracy":0.25},"seconds":1.5},{"member":0,"net":"NET1","epoch":2,"trainLoss":0.6,
            "validation":{"auc":0.75,"accuracy":0.5},"seconds":1.25}],"step":3,"lossSum":2.5,"seconds":0.5,
            "failure":null}
            """;
    private static final String HISTORY = """
            member,net,epoch,train_loss,val_auc,val_acc
            0,net1,1,0.7,0.5,0.5
            0,net1,2,0.6,0.75,0.5
            1,net2,1,0.8,0.4,0.25
            """;
    private static final String TIMINGS = """
            member,net,epoch,seconds
            0,net1,1,1.500
            0,net1,2,1.250
            """;
    private static final String MEMBERS = """
            member,net,optimizer,lr,weight_decay,best_epoch,best_val_auc,best_val_acc,last_val_auc,last_val_acc,\
            last_epoch
            0,net1,adamw,0.001,5.0E-4,2,0.75,0.5,0.75,0.5,2
            1,net2,adamw,0.001,5.0E-4,1,0.5,0.25,0.4,0.25,2
            """;
    private static final String SUMMARY = """
            time,data,synthetic,split,members,ensemble,last_weight,best_weight,member_weights,auc,acc
            2026-01-02T03:04:05Z,own.npz,false,test,2,weighted,0.5,1.5,1.0 1.0,0.75,0.5
            """;
    private static final String DATA = """
            "data":{"kind":"OFFICIAL","flag":"adrenalmnist3d","root":"/r","size":28,"file":null,"labels":[],
            "synthetic":null},"dataMd5":"0445d1b6410d8994d540763c2b9832d5",
            """;
    private static final String ENSEMBLE =
            "{" + DATA + "\"task\":\"binary-class\",\"labelNames\":[\"normal\",\"hyperplasia\"]}";
    private static final String AUTOMATIC_ROW = "{\"kind\":\"BASELINE\",\"name\":\"base\"," + DATA + """
            "seconds":12.5,"scores":[{"model":"LAST","split":"test","auc":0.896,"accuracy":0.849,
            "aucInterval":{"low":0.856,"high":0.936},"accuracyInterval":{"low":0.819,"high":0.896}}]}
            """;
    private static final String RESULT = "0,0.25,0.75\n1,0.5,0.5\n2,0.125,0.875\n";
    private static final String WEIGHTS = "# weights\nlast = 0.5\nbest = 1.5\nmember.0 = 1\nmember.1 = 2.5\n";

    private RunInputs() {}

    /** Returns a correct run.json. */
    static byte[] wholeInfo() {
        return INFO.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns a correct members.csv for that run.json. */
    static byte[] wholeMembers() {
        return MEMBERS.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] info(Chance chance) {
        return JsonInputs.bytes(
                chance.in(3) ? INFO.replaceFirst("(?s)\"data\":\\{.*?\\}\\}", other(chance)) : INFO, chance);
    }

    private static String other(Chance chance) {
        return "\"data\":{\"kind\":\"" + chance.one("FILE", "OFFICIAL")
                + "\",\"flag\":\"nodulemnist3d\",\"root\":\"r\",\"size\":28,"
                + "\"file\":\"own.npz\",\"labels\":[],\"synthetic\":null}";
    }

    static byte[] state(Chance chance) {
        return JsonInputs.bytes(STATE, chance);
    }

    static byte[] checkpoint(Chance chance) {
        return SafetensorsInputs.checkpoint(STATE, chance);
    }

    static byte[] history(Chance chance) {
        return Damage.text(HISTORY, chance);
    }

    static byte[] timings(Chance chance) {
        return Damage.text(TIMINGS, chance);
    }

    static byte[] members(Chance chance) {
        return Damage.text(MEMBERS, chance);
    }

    static byte[] summary(Chance chance) {
        return Damage.text(SUMMARY, chance);
    }

    static byte[] ensemble(Chance chance) {
        return JsonInputs.bytes(ENSEMBLE, chance);
    }

    static byte[] automaticRow(Chance chance) {
        return JsonInputs.bytes(AUTOMATIC_ROW, chance);
    }

    /** Makes the scores of a result file. */
    static byte[] result(Chance chance) {
        return Damage.text(RESULT, chance);
    }

    /** Makes the name of a result file. */
    static byte[] resultName(Chance chance) {
        return Damage.text(
                chance.one(
                        "adrenalmnist3d_test_[AUC]0.870_[ACC]0.795@run1.csv",
                        "organmnist3d_64_val@2.csv",
                        "a_9999_train.csv"),
                chance);
    }

    static byte[] weights(Chance chance) {
        return chance.in(20)
                ? ("last = " + chance.numberText() + "\nbest = " + chance.numberText() + "\n")
                        .getBytes(StandardCharsets.UTF_8)
                : Damage.text(WEIGHTS, chance);
    }
}
