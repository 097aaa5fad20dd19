package dev.voxgrad.nativecheck.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.voxgrad.nativecheck.report.Finding;
import dev.voxgrad.nativecheck.report.Impact;
import dev.voxgrad.nativecheck.report.Section;

/**
 * Collects the findings of a section. Examining and judging happen here, so that an error in one check becomes one line
 * of the report while the other checks still run.
 */
public final class Rows {
    private final Consumer<Throwable> errors;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Creates a section without findings.
     *
     * @param errors receives what the checks throw
     */
    public Rows(Consumer<Throwable> errors) {
        this.errors = errors;
    }

    /** Judges one check; if the check itself fails, its row has that name. */
    public Rows look(String name, Supplier<? extends Check> look) {
        return lookAll(name, () -> List.of(look.get()));
    }

    /** Judges several checks; if they cannot be created, there is one row with that name. */
    public Rows lookAll(String name, Supplier<? extends List<? extends Check>> look) {
        for (Check check : need(name, List.<Check>of(), look)) {
            need(name, Optional.<Finding>empty(), () -> Optional.of(check.judge()))
                    .map(finding -> finding.affecting(need(name, Impact.UNKNOWN, check::impact)))
                    .ifPresent(findings::add);
        }
        return this;
    }

    /** Looks up something that several checks need; if that fails, adds a row and returns the fallback. */
    public <T> T need(String name, T fallback, Supplier<? extends T> look) {
        try {
            return look.get();
        } catch (Throwable e) { // An Error in one check, such as a full heap, must not hide what the others found.
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
