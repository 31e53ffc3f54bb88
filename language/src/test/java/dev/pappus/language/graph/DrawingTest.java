package dev.pappus.language.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.language.Seeds;
import dev.pappus.language.Sharding;
import dev.pappus.language.graph.GraphLayout.Box;
import dev.pappus.language.graph.GraphLayout.Point;
import dev.pappus.language.graph.GraphLayout.Route;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Layout, SVG and Mermaid: what a picture must have, whatever it looks like. */
class DrawingTest {
  @Test
  void picturesOfKnownCompositionsAreReadable() {
    for (String text : List.of(Graphs.COUNT_EVENTS, Graphs.RANK)) {
      assertReadable(GraphLayout.of(Graphs.graph(text)));
    }
  }

  @Test
  void picturesOfRandomCompositionsAreReadable() {
    Seeds.forEach(
        12,
        (random, seed) -> {
          String text = Graphs.random(random, 1 + random.nextInt(30));
          try {
            assertReadable(GraphLayout.of(Graphs.graph(text)));
          } catch (AssertionError e) {
            throw new AssertionError(seed + "\n" + text, e);
          }
        });
  }

  private static void assertReadable(GraphLayout layout) {
    List<Box> all = new ArrayList<>(layout.boxes());
    layout.routes().forEach(route -> route.label().ifPresent(all::add));
    for (int i = 0; i < all.size(); i++) {
      Box box = all.get(i);
      assertThat(box.x()).isGreaterThan(0);
      assertThat(box.y()).isGreaterThan(0);
      assertThat(box.x() + box.width()).isLessThan(layout.width());
      assertThat(box.bottom()).isLessThan(layout.height());
      for (Box other : all.subList(0, i)) {
        if (overlap(box, other)) {
          throw new AssertionError(box + " overlaps " + other);
        }
      }
    }
    for (int i = 0; i < layout.routes().size(); i++) {
      assertGoesDown(layout, i);
    }
  }

  private static void assertGoesDown(GraphLayout layout, int index) {
    GraphEdge edge = layout.graph().edges().get(index);
    Route route = layout.routes().get(index);
    Box from = layout.boxes().get(edge.from());
    Box to = layout.boxes().get(edge.to());
    Point first = route.points().getFirst();
    Point last = route.points().getLast();
    assertThat(first.y()).isEqualTo(from.bottom());
    assertThat(first.x()).isBetween(from.x(), from.x() + from.width());
    assertThat(last.y()).isEqualTo(to.y());
    assertThat(last.x()).isBetween(to.x(), to.x() + to.width());
    for (int i = 1; i < route.points().size(); i++) {
      assertThat(route.points().get(i).y()).isGreaterThan(route.points().get(i - 1).y());
    }
    List<Point> samples = samples(route);
    for (Box box : layout.boxes()) {
      List<Point> inside = samples.stream().filter(point -> inside(box, point)).toList();
      assertThat(inside).as("%s passes through %s", edge, box).isEmpty();
    }
    route
        .label()
        .ifPresent(label ->
            assertThat(samples(route))
                .anySatisfy(point -> {
                  assertThat(point.x()).isBetween(label.x(), label.x() + label.width());
                  assertThat(point.y()).isBetween(label.y(), label.bottom());
                }));
  }

  /** Places along the curves that the SVG draws between the points. */
  private static List<Point> samples(Route route) {
    List<Point> samples = new ArrayList<>();
    for (int i = 1; i < route.points().size(); i++) {
      Point a = route.points().get(i - 1);
      Point b = route.points().get(i);
      for (int step = 0; step <= 16; step++) {
        double t = step / 16.0;
        double s = 1 - t;
        double end = t * t * (3 - 2 * t);
        double middle = 1.5 * s * t;
        samples.add(
            new Point(
                a.x() + (b.x() - a.x()) * end,
                a.y() * (s * s * s + middle) + b.y() * (t * t * t + middle)));
      }
    }
    return samples;
  }

  private static boolean inside(Box box, Point point) {
    return point.x() > box.x()
        && point.x() < box.x() + box.width()
        && point.y() > box.y()
        && point.y() < box.bottom();
  }

  private static boolean overlap(Box a, Box b) {
    return a.x() < b.x() + b.width()
        && b.x() < a.x() + a.width()
        && a.y() < b.bottom()
        && b.y() < a.bottom();
  }

  @Test
  void theSvgStandsAloneAndNamesEverything() throws Exception {
    CompositionGraph graph = Graphs.graph(Graphs.RANK);
    String svg = SvgGraph.draw(graph);
    assertThat(SvgGraph.draw(Graphs.graph(Graphs.RANK))).isEqualTo(svg);
    Element root = parse(svg).getDocumentElement();
    assertThat(root.getAttribute("role")).isEqualTo("img");
    assertThat(texts(root, "title")).contains("composition rank");
    assertThat(texts(root, "text"))
        .contains(
            "question",
            "model",
            "plan",
            "HTTP",
            "score",
            "by page left weights",
            "inner_rank",
            "anyEach to_get",
            "keyed pages",
            "keyed",
            "optional each",
            "all partial",
            "answer",
            "extra");
    assertThat(texts(root, "title")).contains("score: page = keyed pages of HTTP");
    assertThat(root.getElementsByTagName("script").getLength()).isZero();
    assertThat(svg.replace("http://www.w3.org/2000/svg", "")).doesNotContain("://", "onload");
    assertThat(texts(root, "style").getFirst()).contains("prefers-color-scheme:dark");
    assertThat(svg).contains("class=\"box communication\"", "class=\"inner composition\"");
  }

  @Test
  void namesThatAreNoIdentifiersStayText() throws Exception {
    String name = "<script>alert('\"&\u0007]]>--></script>";
    CompositionGraph graph =
        new CompositionGraph(
            name,
            List.of(
                new GraphNode.Input("in0", name),
                new GraphNode.Application(
                    "app0", 0, name, CalleeKind.COMMUNICATION, Optional.of(name), 1, List.of())),
            List.of(
                new GraphEdge(
                    0, 1, name, Optional.of(new GraphEdge.Use(name, Sharding.ALL, false)))));
    Element root = parse(SvgGraph.draw(graph)).getDocumentElement();
    assertThat(root.getElementsByTagName("script").getLength()).isZero();
    assertThat(texts(root, "text")).contains(name.replace('\u0007', '\uFFFD'));
    assertThat(MermaidGraph.draw(graph))
        .doesNotContain("<script", "alert(", "&")
        .contains("#60;script#62;");
  }

  @Test
  void mermaidHasAShapeForEachKindAndALabelForEachUse() {
    assertThat(MermaidGraph.draw(Graphs.graph(Graphs.COUNT_EVENTS)))
        .isEqualTo(
            """
            flowchart TD
                in0(["servers"])
                in1(["pattern"])
                app0["make_requests"]
                app1{{"HTTP"}}
                app2["count_lines"]
                app3["sum"]
                out0(["counts"])
                out1(["total"])
                in0 -->|"all"| app0
                app0 -.->|"each to_fetch"| app1
                app1 -.->|"each logs"| app2
                in1 -->|"all"| app2
                app2 -->|"all counts"| app3
                app2 --> out0
                app3 --> out1
            """);
    assertThat(MermaidGraph.draw(Graphs.graph(Graphs.RANK)))
        .contains("[[\"inner_rank\"]]", "[\"score<br>by page left weights\"]", "in0 --> out1");
  }

  @Test
  void statementsInAnyOrderAreRankedByData() {
    CompositionGraph graph = Graphs.graph(Graphs.RANK);
    int[] ranks = graph.ranks();
    for (GraphEdge edge : graph.edges()) {
      assertThat(ranks[edge.from()]).isLessThan(ranks[edge.to()]);
    }
    assertThat(graph.nodes().get(3).title()).isEqualTo("merge");
    assertThat(ranks[3]).isEqualTo(4);
  }

  @Test
  void whatIsTooLargeToReadIsNotDrawn() {
    int most = GraphLayout.APPLICATIONS_MAX;
    GraphLayout large = GraphLayout.of(Graphs.graph(chain(most)));
    assertThat(large.boxes()).hasSize(most + 2);
    assertTooLarge(chain(most + 1), "501 statements");
    StringBuilder wide = new StringBuilder("function s (i) => (o);\nfunction j (");
    StringBuilder body = new StringBuilder(" s (i = all x) => (first = o);\n");
    for (int i = 1; i < 200; i++) {
      body.append(" s (i = all ").append(i == 1 ? "first" : "w" + (i - 1));
      body.append(") => (w").append(i).append(" = o);\n");
    }
    StringBuilder parameters = new StringBuilder();
    StringBuilder uses = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      parameters.append(i == 0 ? "" : ", ").append("p").append(i);
      uses.append(i == 0 ? "" : ", ").append("p").append(i).append(" = all first");
    }
    wide.append(parameters).append(") => (o);\ncomposition c (x) => (y) {\n").append(body);
    wide.append(" j (").append(uses.toString().replace("p0 = all first", "p0 = all w199"));
    wide.append(") => (y = o);\n}\n");
    assertTooLarge(wide.toString(), "edges");
  }

  private static void assertTooLarge(String text, String part) {
    assertThatThrownBy(() -> SvgGraph.draw(Graphs.graph(text)))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
              assertThat(e.problem().detail()).contains(part);
            });
  }

  private static String chain(int statements) {
    StringBuilder text = new StringBuilder("function s (i) => (o);\ncomposition c (w0) => (w");
    text.append(statements).append(") {\n");
    for (int i = 0; i < statements; i++) {
      text.append(" s (i = all w").append(i).append(") => (w").append(i + 1).append(" = o);\n");
    }
    return text.append("}\n").toString();
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> texts(Element root, String tag) {
    NodeList elements = root.getElementsByTagName(tag);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < elements.getLength(); i++) {
      texts.add(elements.item(i).getTextContent());
    }
    return texts;
  }
}
