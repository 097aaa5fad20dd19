package dev.voxgrad.medmnist.watch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.LineNumberInfo;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Names the line of this project's sources where a method starts.
 *
 * @param symbol class and method: {@code ReluOp.forward}
 * @param file path from the project's root
 * @param line number of the method's first statement, from 1, which the compiler left in the class
 */
public record SourceLine(String symbol, String file, int line) {
    private static final String PROJECT = "dev.voxgrad.";

    /** Returns the line of a method, which may be inherited; null for a class that is not in this project. */
    static @Nullable SourceLine of(Class<?> type, String method) {
        Optional<Method> found = Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(method) && !each.isBridge())
                .max(Comparator.comparingInt(Method::getParameterCount));
        if (found.isEmpty() || !found.get().getDeclaringClass().getName().startsWith(PROJECT)) {
            return null;
        }
        Class<?> owner = found.get().getDeclaringClass();
        while (owner.getEnclosingClass() != null) {
            owner = owner.getEnclosingClass();
        }
        String name = owner.getName();
        String module = name.substring(PROJECT.length(), name.indexOf('.', PROJECT.length()));
        return new SourceLine(
                owner.getSimpleName() + "." + method,
                module + "/src/main/java/" + name.replace('.', '/') + ".java",
                line(found.get()));
    }

    /** Returns the first line in the method's table of line numbers; 1 if the class was compiled without. */
    private static int line(Method method) {
        Class<?> owner = method.getDeclaringClass();
        String file = owner.getName().substring(owner.getPackageName().length() + 1) + ".class";
        try (InputStream in = owner.getResourceAsStream(file)) {
            if (in == null) {
                return 1;
            }
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            return model.methods().stream()
                    .filter(each -> each.methodName().equalsString(method.getName())
                            && each.methodTypeSymbol().parameterCount() == method.getParameterCount())
                    .flatMap(SourceLine::lines)
                    .mapToInt(LineNumberInfo::lineNumber)
                    .min()
                    .orElse(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<LineNumberInfo> lines(MethodModel method) {
        return method.code().stream()
                .flatMap(code -> code.findAttribute(Attributes.lineNumberTable()).stream())
                .flatMap(table -> table.lineNumbers().stream());
    }
}
