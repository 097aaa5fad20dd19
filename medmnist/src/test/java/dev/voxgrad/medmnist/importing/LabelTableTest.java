package dev.voxgrad.medmnist.importing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.voxgrad.medmnist.io.DataFileException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LabelTableTest {
    @TempDir
    private Path folder;

    private LabelTable read(String text, TableColumns columns, String... classes) {
        try {
            Path file = Files.writeString(folder.resolve("labels.csv"), text);
            return LabelTable.read(file, columns, List.of(classes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LabelTable read(String text, String... classes) {
        return read(text, TableColumns.DEFAULT, classes);
    }

    private void assertRefused(String text, String... parts) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(DataFileException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContainingAll(parts);
    }

    private static List<Integer> labels(LabelTable table) {
        return table.rows().stream().map(row -> row.label().getFirst()).toList();
    }

    @Test
    void readsQuotedFieldsInAnyOrderOfColumns() {
        LabelTable table = read("\uFEFFlabel,age,file\r\n\"large, \"\"round\"\"\",3,\"a b.nii\"\r\nsmall,,c.nii\r\n");
        assertThat(table.rows()).extracting(TableRow::file).containsExactly("a b.nii", "c.nii");
        assertThat(table.labelNames()).containsExactly("large, \"round\"", "small");
        assertThat(labels(table)).containsExactly(0, 1);
        assertThat(table.hasSplits()).isFalse();
        assertThat(table.rows().getFirst().patient()).isNull();
    }

    @Test
    void numbersStayNumbers() {
        LabelTable table = read("file,label\na.nii,2\nb.nii,0\n");
        assertThat(labels(table)).containsExactly(2, 0);
        assertThat(table.labelNames()).containsExactly("0", "1", "2");
        assertThat(read("file,label\na.nii,1\nb.nii,0\n", "no", "yes").labelNames())
                .containsExactly("no", "yes");
    }

    @Test
    void classesGiveTheOrder() {
        LabelTable table = read("file,label\na.nii,mild\nb.nii,severe\n", "severe", "none", "mild");
        assertThat(labels(table)).containsExactly(2, 0);
        assertThatThrownBy(() -> read("file,label\na.nii,mild\nb.nii,other\n", "none", "mild"))
                .hasMessageContainingAll("line 3", "'other' is unknown", "none, mild");
    }

    @Test
    void readsMedmnistsOwnTable() {
        LabelTable table = read("TRAIN,train0_1.gif,1\nVALIDATION,val0_0.gif,0\nTEST,test0_1.gif,1\n");
        assertThat(table.rows()).extracting(TableRow::split).containsExactly(SetSplit.values());
        assertThat(labels(table)).containsExactly(1, 0, 1);
        LabelTable several = read("TRAIN,a.gif,1,0,1\nTEST,b.gif,0,0,0\n");
        assertThat(several.rows().getFirst().label()).containsExactly(1, 0, 1);
        assertThat(several.labelNames()).hasSize(3);
    }

    @Test
    void takesNamedColumns() {
        TableColumns columns = new TableColumns("path", List.of("mass", "cyst"), "subject", "part");
        LabelTable table = read("part,subject,path,mass,cyst\nvalid,S1,a.nii,1,0\nTraining,S2,b.nii,1,1\n", columns);
        TableRow row = table.rows().getFirst();
        assertThat(row).isEqualTo(new TableRow(2, "a.nii", List.of(1, 0), "S1", SetSplit.VAL));
        assertThat(table.rows().get(1).split()).isEqualTo(SetSplit.TRAIN);
        assertThat(table.labelNames()).containsExactly("mass", "cyst");
        assertThatThrownBy(() -> read("part,subject,path,mass,cyst\nval,S1,a.nii,2,0\n", columns))
                .hasMessageContainingAll("line 2", "'2' is unknown; expected 0 or 1");
    }

    @Test
    void badTablesAreRefusedWithTheLine() {
        assertRefused("", "is empty");
        assertRefused("file,label\n", "has no line");
        assertRefused("name,label\na,1\n", "no column 'file'", "name, label", "--file-column");
        assertRefused("file,class\na,1\n", "no column 'label'", "--label-column");
        assertRefused("file;label\na;1\n", "semicolons");
        assertRefused("file,file,label\na,b,1\n", "twice");
        assertRefused("file,label\na.nii,1\nb.nii,\n", "line 3", "no label");
        assertRefused("file,label\na.nii,1\na.nii,0\n", "line 3", "as line 2 does");
        assertRefused("file,label,split\na.nii,1,later\n", "line 2", "split 'later'", "train, val or test");
        assertRefused("file,label\n\"a.nii,1\n", "labels.csv");
        assertRefused("file,label\na.nii,1,2\n", "labels.csv");
    }
}
