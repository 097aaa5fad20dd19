package dev.voxgrad.medmnist.model;

import java.nio.file.Path;

import dev.voxgrad.medmnist.nets.NetSpec;
import dev.voxgrad.medmnist.run.ModelKind;
import dev.voxgrad.medmnist.run.member.MemberResult;

/**
 * Names the weight file of one model: the last or the best model of a member.
 *
 * @param position position of the member among those in use, from 0
 * @param member the member, with its number in the run, its net and its validation figures
 * @param kind last or best
 * @param file path of the safetensors file
 */
public record ModelFile(int position, MemberResult member, ModelKind kind, Path file) {
    /** Returns the specification of the net. */
    public NetSpec net() {
        return member.net();
    }

    /** Returns a name for tables and progress: {@code 0 net1 best}. */
    @Override
    public String toString() {
        return member.index() + " " + net().name() + " " + kind.label();
    }
}
