package dev.voxgrad.engine.graph;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

import dev.voxgrad.engine.Scope;
import dev.voxgrad.engine.Shape;
import dev.voxgrad.engine.Tensor;
import dev.voxgrad.engine.device.ReferenceDevice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Tests the walk through a graph, its texts and its drawing. */
class GraphTest {
    private static final Pattern NODE =
            Pattern.compile("  n(\\d+) \\[[^\"]*(?:\"[^\"]*\"[^\"]*)*label=\"((?:[^\"\\\\]|\\\\.)*)\"];");
    private static final Pattern EDGE = Pattern.compile("  n(\\d+) -> n(\\d+) \\[label=\"((?:[^\"\\\\]|\\\\.)*)\"];");

    private static Tensor leaf(int... shape) {
        return Tensor.full(ReferenceDevice.INSTANCE, Shape.of(shape), 0.5);
    }

    private static Tensor parameter(int... shape) {
        return leaf(shape).requiresGrad(true);
    }

    private static Document parse(String xml) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads DOT as this project writes it; every line but the frame must be a vertex, an edge or a default. */
    private static List<String> edges(String dot) {
        List<String> edges = new ArrayList<>();
        Set<String> known = new HashSet<>();
        List<String> lines = dot.lines().toList();
        assertThat(lines.getFirst()).isEqualTo("digraph voxgrad {");
        assertThat(lines.getLast()).isEqualTo("}");
        for (String line : lines.subList(1, lines.size() - 1)) {
            Matcher node = NODE.matcher(line);
            Matcher edge = EDGE.matcher(line);
            if (edge.matches()) {
                assertThat(known).contains(edge.group(1), edge.group(2));
                edges.add(edge.group(1) + " " + edge.group(2) + " " + edge.group(3));
            } else if (node.matches()) {
                known.add(node.group(1));
            } else {
                assertThat(line).matches("  (rankdir=TB|(node|edge) \\[.*\\]);");
            }
        }
        return edges;
    }

    @Test
    void listsEveryTensorAndUseWithInputsFirst() {
        Tensor x = leaf(2, 3);
        Tensor w = parameter(4, 3);
        Tensor b = parameter(4);
        Graph graph = Graph.of(x.linear(w, b).relu().sum(), Map.of("fc.weight", w, "other", leaf(1)));
        assertThat(graph.vertices())
                .extracting(vertex -> vertex.id() + " " + vertex.kind() + " " + vertex.name())
                .containsExactly(
                        "0 CONSTANT input",
                        "1 PARAMETER fc.weight",
                        "2 PARAMETER bias",
                        "3 OPERATION linear",
                        "4 OPERATION relu",
                        "5 OPERATION sum");
        assertThat(edges(graph.toDot()))
                .containsExactly("0 3 input", "1 3 weight", "2 3 bias", "3 4 input 0", "4 5 input 0");
    }

    @Test
    void sharedInputsAreOneVertexWithAnEdgeForEachUse() {
        Tensor x = parameter(3);
        Tensor twice = x.add(x);
        Graph graph = Graph.of(twice.mul(x).sum());
        assertThat(graph.vertices()).hasSize(4);
        assertThat(graph.edges())
                .extracting(edge -> edge.from() + " " + edge.to() + " " + edge.input())
                .containsExactly("0 1 0", "0 1 1", "1 2 0", "0 2 1", "2 3 0");
        assertThat(edges(graph.toDot())).hasSize(5);
        assertThat(parse(graph.toSvg()).getElementsByTagName("path").getLength())
                .isEqualTo(5);
    }

    @Test
    void namesOfOthersCannotBecomeMarkup() {
        Tensor x = parameter(2);
        String name = "a\"];}<b>&\\n\n\u0000\uD800";
        Graph graph = Graph.of(x.relu(), Map.of(name, x));
        assertThat(edges(graph.toDot())).containsExactly("0 1 input 0");
        assertThat(graph.toDot()).contains("a\\\"];}<b>&\\\\n");
        String text = parse(graph.toSvg()).getDocumentElement().getTextContent();
        assertThat(text).contains("a\"];}<b>&\\n\uFFFD\uFFFD\uFFFD");
    }

    @Test
    void longNamesKeepTheirEnds() {
        Tensor x = parameter(2);
        String name = "backbone.stage4.block17.branch2.conv1.weight";
        Graph graph = Graph.of(x.relu(), Map.of(name, x));
        assertThat(graph.toDot()).contains("\"…").contains("conv1.weight").doesNotContain("backbone");
        assertThat(graph.toSvg()).contains("<title>" + name);
    }

    @Test
    void leafWithoutGraphIsDrawn() {
        Graph graph = Graph.of(leaf(5));
        assertThat(graph.vertices()).hasSize(1);
        assertThat(graph.edges()).isEmpty();
        assertThat(parse(graph.toSvg()).getElementsByTagName("rect").getLength())
                .isEqualTo(1);
    }

    /** A walk that calls itself for each input would overflow the stack. */
    @Test
    void chainOfAHundredThousandOperationsIsDrawn() {
        int depth = 100_000;
        Tensor x = parameter(1);
        Tensor result = x;
        for (int i = 0; i < depth; i++) {
            result = result.add(x); // x is an input of each, so that most edges would pass many rows
        }
        Graph graph = Graph.of(result);
        assertThat(graph.vertices()).hasSize(depth + 1);
        assertThat(graph.edges()).hasSize(2 * depth);
        assertThat(graph.toDot().lines()).hasSize(4 + depth + 1 + 2 * depth + 1);
        LayeredLayout layout = LayeredLayout.of(graph, _ -> new LayeredLayout.Size(10, 10));
        assertThat(layout.routes()).hasSize(2 * depth);
        assertThat(layout.boxes().getLast().y())
                .isGreaterThan(layout.boxes().get(1).y());
    }

    @Test
    void rowsFollowTheArrowsAndBoxesDoNotOverlap() {
        Tensor x = parameter(4);
        Tensor a = x.relu();
        Tensor b = a.relu().scale(2).relu();
        Tensor c = a.add(b).mul(x.scale(3)).add(a);
        Graph graph = Graph.of(c.sum());
        LayeredLayout layout = LayeredLayout.of(graph, vertex -> new LayeredLayout.Size(40 + vertex.id(), 20));
        for (LayeredLayout.Route route : layout.routes()) {
            LayeredLayout.Box from = layout.boxes().get(route.edge().from());
            LayeredLayout.Box to = layout.boxes().get(route.edge().to());
            assertThat(from.y() + from.height()).isLessThan(to.y());
            assertThat(route.points().getFirst().y()).isEqualTo(from.y() + from.height());
            assertThat(route.points().getLast().x()).isEqualTo(to.x() + to.width() / 2);
            assertThat(route.points()).extracting(LayeredLayout.Point::y).isSorted();
        }
        for (LayeredLayout.Box one : layout.boxes()) {
            assertThat(one.x()).isBetween(-1e-6, layout.width() - one.width() + 1e-6);
            assertThat(one.y()).isBetween(0.0, layout.height() - one.height() + 1e-6);
            for (LayeredLayout.Box other : layout.boxes()) {
                assertThat(one == other
                                || one.x() + one.width() <= other.x() + 1e-6
                                || other.x() + other.width() <= one.x() + 1e-6
                                || one.y() + one.height() <= other.y()
                                || other.y() + other.height() <= one.y())
                        .isTrue();
            }
        }
    }

    @Test
    void chainIsAStraightLineWithItsParametersToTheRight() {
        Tensor y = leaf(2, 3);
        for (int i = 0; i < 5; i++) {
            y = y.linear(parameter(3, 3), parameter(3)).relu();
        }
        Graph graph = Graph.of(y);
        LayeredLayout layout = LayeredLayout.of(graph, _ -> new LayeredLayout.Size(30, 20));
        List<LayeredLayout.Box> chain = new ArrayList<>();
        for (Graph.Vertex vertex : graph.vertices()) {
            if (vertex.kind() != Graph.Kind.PARAMETER) {
                chain.add(layout.boxes().get(vertex.id()));
            }
        }
        double x = chain.getFirst().x();
        assertThat(chain).allSatisfy(box -> assertThat(box.x()).isCloseTo(x, within(0.01)));
        for (Graph.Vertex vertex : graph.vertices()) {
            if (vertex.kind() == Graph.Kind.PARAMETER) {
                assertThat(layout.boxes().get(vertex.id()).x()).isGreaterThan(x);
            }
        }
    }

    @Test
    void backwardShowsTheCompleteGradientOfEachResult() {
        try (Scope _ = Scope.open()) {
            Tensor x = parameter(3);
            Tensor a = x.scale(2);
            Tensor y = a.mul(a).add(a).sum(); // dy/da = 2·a + 1 = 3
            List<String> seen = new ArrayList<>();
            y.backward((result, gradient) -> {
                assertThat(result.node()).isNotNull();
                seen.add(result.node().op().name() + " " + gradient.toDoubleArray()[0]);
            });
            assertThat(seen).hasSize(4).startsWith("sum 1.0", "add 1.0").endsWith("scale 3.0");
        }
    }
}
