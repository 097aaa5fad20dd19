package dev.voxgrad.medmnist.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.data.SyntheticShapes;
import dev.voxgrad.medmnist.data.source.DataSource;
import dev.voxgrad.medmnist.io.DataFileException;
import dev.voxgrad.medmnist.metrics.Metrics;
import dev.voxgrad.medmnist.nets.study.StudyNet;
import dev.voxgrad.medmnist.run.member.EpochResult;
import dev.voxgrad.medmnist.run.member.MemberState;
import dev.voxgrad.medmnist.train.settings.TrainSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RunFilesTest {
    @TempDir
    private Path folder;

    private static RunInfo info() {
        return new RunInfo(
                "1",
                "25",
                "2026-01-01T00:00:00Z",
                "cpu: 1 thread, ",
                "auto",
                true,
                null,
                DataSource.synthetic(SyntheticShapes.Settings.of(1)),
                null,
                true,
                "multi-class",
                List.of("a", "b"),
                null,
                null,
                TrainSettings.builder()
                        .models(2)
                        .nets(List.of(StudyNet.NET1))
                        .epochs(1)
                        .build());
    }

    private static EpochResult epoch(int member) {
        return new EpochResult(member, StudyNet.NET1, 1, 0.5, new Metrics(0.75, 0.25), 2);
    }

    @Test
    void opensWhatItCreated() {
        Path run = folder.resolve("a/run");
        RunFiles.create(run, info());
        RunFiles opened = RunFiles.open(run);
        assertThat(opened.info()).isEqualTo(info());
        assertThat(opened.hasCheckpoints()).isTrue();
        assertThat(opened.status())
                .hasSize(2)
                .allSatisfy(member -> assertThat(member.words()).isEqualTo("not started"));
        assertThatThrownBy(() -> RunFiles.create(run, info()))
                .isInstanceOf(DataFileException.class)
                .hasMessageContaining("already contains a run");
        assertThatThrownBy(opened::members).hasMessageContaining("has no finished member yet");
    }

    @Test
    void removesOnlyWhatTaughtNothing() throws IOException {
        RunFiles fresh = RunFiles.create(folder.resolve("fresh"), info());
        assertThat(RunFiles.open(folder.resolve("fresh")).removeIfNothingLearned())
                .as("by a process that did not start it")
                .isFalse();
        assertThat(fresh.removeIfNothingLearned()).isTrue();
        assertThat(folder.resolve("fresh")).doesNotExist();

        Path existing = Files.createDirectory(folder.resolve("existing"));
        assertThat(RunFiles.create(existing, info()).removeIfNothingLearned()).isTrue();
        assertThat(existing).isEmptyDirectory();

        RunFiles trained = RunFiles.create(folder.resolve("trained"), info());
        trained.member(1).writeState(MemberState.atStart(1, StudyNet.NET1).withEpoch(epoch(1)));
        assertThat(trained.removeIfNothingLearned()).isFalse();
    }

    @Test
    void tablesListMembersInOrder() throws IOException {
        RunFiles run = RunFiles.create(folder.resolve("run"), info());
        for (int member : new int[] {1, 0}) {
            run.member(member)
                    .writeState(MemberState.atStart(member, StudyNet.NET1).withEpoch(epoch(member)));
        }
        RunTables.write(run);
        assertThat(Files.readAllLines(run.folder().resolve("history.csv")))
                .containsExactly(
                        "member,net,epoch,train_loss,val_auc,val_acc",
                        "0,net1,1,0.5,0.75,0.25",
                        "1,net1,1,0.5,0.75,0.25");
        assertThat(Files.readAllLines(run.folder().resolve("members.csv")).getLast())
                .isEqualTo("1,net1,adamw,0.001,5.0E-4,1,0.75,0.25,0.75,0.25,1");
        assertThat(run.members()).hasSize(2);
    }

    /** A process that opened the run before another one added a member keeps the rows of that member. */
    @Test
    void tablesGoByThePresentSettings() {
        RunFiles earlier = RunFiles.create(folder.resolve("run"), info());
        RunFiles.open(earlier.folder())
                .changeSettings(info().settings().toBuilder().models(3).build());
        for (int member = 0; member < 3; member++) {
            earlier.member(member)
                    .writeState(MemberState.atStart(member, StudyNet.NET1).withEpoch(epoch(member)));
        }
        RunTables.write(earlier);
        assertThat(RunFiles.open(earlier.folder()).members()).hasSize(3);
    }

    @Test
    void appendsRowsBelowOneHeader() throws IOException {
        RunFiles run = RunFiles.create(folder.resolve("run"), info());
        run.files().append(run.file("summary.csv"), "a,b\n", "1,2\n");
        run.files().append(run.file("summary.csv"), "a,b\n", "3,4\n5,6\n");
        assertThat(Files.readString(run.folder().resolve("summary.csv"))).isEqualTo("a,b\n1,2\n3,4\n5,6\n");
    }

    @Test
    void newSettingsAreWritten() {
        RunFiles run = RunFiles.create(folder.resolve("run"), info());
        TrainSettings more = info().settings().toBuilder().epochs(7).build();
        run.changeSettings(more);
        assertThat(RunFiles.open(run.folder()).info().settings()).isEqualTo(more);
    }
}
