package dev.voxgrad.nativecheck.check;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Section;

/**
 * Collects the findings of a section. Looking and judging happen here, so that whatever goes wrong in one check is
 * one line of the report, and the others still run.
 */
public final class Rows {
    private final Consumer<Throwable> errors;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Starts without findings.
     *
     * @param errors receives what the checks throw
     */
    public Rows(Consumer<Throwable> errors) {
        this.errors = errors;
    }

    /** Judges one check; where it fails by itself, the row has that name. */
    public Rows look(String name, Supplier<? extends Check> look) {
        return lookAtAll(name, () -> List.of(look.get()));
    }

    /** Judges several checks; where they cannot be looked at, there is one row of that name. */
    public Rows lookAtAll(String name, Supplier<? extends List<? extends Check>> look) {
        for (Check check : need(name, List.<Check>of(), look)) {
            Finding finding = need(name, null, check::judge);
            if (finding != null) {
                findings.add(finding.affecting(need(name, Impact.UNKNOWN, check::impact)));
            }
        }
        return this;
    }

    /** Looks at something that several checks need; where that fails, there is a row, and the fallback is returned. */
    public <T> T need(String name, T fallback, Supplier<? extends T> look) {
        try {
            return look.get();
        } catch (Throwable e) { // An Error of one check, such as a full heap, must not hide what the others found.
            errors.accept(e);
            findings.add(Finding.internalError(name, e));
            return fallback;
        }
    }

    /** Returns the section. */
    public Section section(String title) {
        return new Section(title, List.copyOf(findings));
    }
}
