package dev.pappus.server;

import static dev.pappus.server.OpenApiDocument.list;
import static dev.pappus.server.OpenApiDocument.map;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.ProblemCode;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Accounts;
import dev.pappus.server.access.Tokens;
import dev.pappus.server.api.AccessPolicy;
import dev.pappus.server.api.RouteTables;
import dev.pappus.server.api.Surfaces;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That docs/openapi.yaml is a sound document, of exactly the paths that a node serves. */
class OpenApiTest {
  @TempDir static Path data;
  private static TestNode node;
  private static OpenApiDocument document;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(data, _ -> {});
    document = OpenApiDocument.parse(node.admin("GET", "/openapi.json", new byte[0]).body());
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static List<String> table(String port) throws Exception {
    Surfaces surfaces = node.node().surfaces();
    AccessPolicy access =
        new AccessPolicy(
            "localhost",
            InetAddress.getLoopbackAddress(),
            AccessSettings.DEFAULT,
            new Accounts(Tokens.open(data), Map.of()));
    return RouteTables.of(
        port.equals("invocation") ? surfaces.invocation(access) : surfaces.administration(access));
  }

  /** Whether an operation of the document is what a route serves; REST patterns serve many. */
  private static boolean covers(String route, OpenApiDocument.Operation operation) {
    String method = route.substring(0, route.indexOf(' '));
    String pattern = route.substring(route.indexOf(' ') + 1);
    String path = operation.path().replaceAll("\\{[^}]*}", "{}");
    boolean matches =
        pattern.endsWith("*")
            ? path.startsWith(pattern.substring(0, pattern.length() - 1))
            : path.equals(pattern);
    return matches && (method.equals("*") || method.equals(operation.method()));
  }

  private static List<String> differences(List<String> routes, String port) {
    List<OpenApiDocument.Operation> operations =
        document.operations().stream()
            .filter(each -> list(each.members().get("tags")).contains(port))
            .toList();
    List<String> differences = new ArrayList<>();
    for (String route : routes) {
      if (operations.stream().noneMatch(each -> covers(route, each))) {
        differences.add(port + ": not described: " + route);
      }
    }
    for (OpenApiDocument.Operation each : operations) {
      if (routes.stream().noneMatch(route -> covers(route, each))) {
        differences.add(port + ": not served: " + each.method() + " " + each.path());
      }
    }
    return differences;
  }

  @Test
  void everyRouteIsDescribedAndEveryOperationServed() throws Exception {
    for (String port : List.of("invocation", "administration")) {
      assertThat(differences(table(port), port)).isEmpty();
    }
  }

  @Test
  void aRouteThatIsMissingOrMoreIsFound() throws Exception {
    List<String> routes = new ArrayList<>(table("administration"));
    assertThat(routes.remove("PUT /v1/functions/{}")).isTrue();
    routes.add("POST /v1/functions/{}");
    assertThat(differences(routes, "administration"))
        .containsExactly(
            "administration: not described: POST /v1/functions/{}",
            "administration: not served: PUT /v1/functions/{name}");
  }

  @Test
  void everyOperationHasAPortAndANameOfItsOwn() {
    TreeSet<String> names = new TreeSet<>();
    for (OpenApiDocument.Operation each : document.operations()) {
      assertThat(names.add(each.id())).as(each.id()).isTrue();
      assertThat(list(each.members().get("tags")))
          .as(each.id())
          .containsAnyOf("invocation", "administration");
      assertThat(String.valueOf(each.members().get("summary"))).isNotBlank().isNotEqualTo("null");
      assertThat(map(each.members().get("responses"))).as(each.id()).isNotEmpty();
      List<String> open = new ArrayList<>();
      java.util.regex.Pattern.compile("\\{([^}]*)}")
          .matcher(each.path())
          .results()
          .forEach(match -> open.add(match.group(1)));
      assertThat(
              document.parameters(each).stream()
                  .filter(parameter -> "path".equals(parameter.get("in")))
                  .map(parameter -> String.valueOf(parameter.get("name"))))
          .as(each.id())
          .containsExactlyInAnyOrderElementsOf(open);
    }
    assertThat(document.root().get("openapi")).isEqualTo("3.1.1");
  }

  @Test
  void everyReferenceLeadsSomewhereAndEveryComponentIsUsed() {
    TreeSet<String> references = new TreeSet<>();
    collect(document.root(), references);
    assertThat(references).isNotEmpty();
    for (String each : references) {
      assertThat(document.resolve(Map.of("$ref", each))).as(each).isNotEmpty();
    }
    TreeSet<String> components = new TreeSet<>();
    map(document.root().get("components"))
        .forEach((kind, members) -> {
          if (!kind.equals("securitySchemes")) {
            map(members)
                .keySet()
                .forEach(name -> components.add("#/components/" + kind + "/" + name));
          }
        });
    assertThat(components).isEqualTo(references);
    assertThatThrownBy(() -> document.resolve(Map.of("$ref", "#/components/schemas/Nothing")))
        .hasMessageContaining("leads nowhere");
  }

  private static void collect(@Nullable Object value, Set<String> references) {
    switch (value) {
      case Map<?, ?> members -> {
        if (members.get("$ref") instanceof String reference) {
          references.add(reference);
        }
        members.values().forEach(each -> collect(each, references));
      }
      case List<?> items -> items.forEach(each -> collect(each, references));
      case null, default -> {}
    }
  }

  @Test
  void everyExampleIsValid() {
    JsonSchema schemas = new JsonSchema(document);
    int checked = 0;
    for (OpenApiDocument.Operation each : document.operations()) {
      for (Map<String, Object> parameter : document.parameters(each)) {
        if (parameter.containsKey("example")) {
          assertThat(schemas.faults(parameter.get("schema"), parameter.get("example")))
              .as("%s of %s", parameter.get("name"), each.id())
              .isEmpty();
          checked++;
        }
      }
      Map<String, Object> content =
          map(document.resolve(each.members().get("requestBody")).get("content"));
      for (Object media : content.values()) {
        if (map(media).containsKey("example")) {
          assertThat(schemas.faults(map(media).get("schema"), map(media).get("example")))
              .as(each.id())
              .isEmpty();
          checked++;
        }
      }
    }
    assertThat(checked).isGreaterThan(40);
  }

  @Test
  void everyProblemCodeIsListed() {
    Object schema = document.resolve(Map.of("$ref", "#/components/schemas/ProblemCode"));
    assertThat(list(map(schema).get("enum")))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(ProblemCode.values()).map(code -> (Object) code.text()).toList());
  }

  @Test
  void theValidatorFindsWhatIsWrong() {
    JsonSchema schemas = new JsonSchema(document);
    Map<String, Object> schema =
        map(
            OpenApiDocument.tree(
                """
                {"type":"object","required":["n","k"],"properties":{
                  "n":{"type":"integer","minimum":1,"maximum":9},
                  "k":{"enum":["a","b"]},
                  "c":{"const":"x"},
                  "p":{"type":"string","pattern":"^z+$","maxLength":3},
                  "l":{"type":"array","items":{"type":"boolean"}},
                  "o":{"oneOf":[{"type":"integer"},{"type":"string"},{"type":"number"}]},
                  "r":{"$ref":"#/components/schemas/Digest"},
                  "m":{"type":"object","additionalProperties":{"type":"string"}},
                  "free":{"type":"object"}}}
                """
                    .getBytes(UTF_8)));
    assertThat(
            faults(schemas, schema, "{\"n\":1,\"k\":\"a\",\"c\":\"x\",\"p\":\"zz\",\"l\":[true]}"))
        .isEmpty();
    assertThat(faults(schemas, schema, "{\"n\":1,\"k\":\"b\",\"o\":\"s\",\"free\":{\"x\":1}}"))
        .isEmpty();
    for (String wrong :
        new String[] {
          "[]",
          "null",
          "{\"n\":1}",
          "{\"n\":0,\"k\":\"a\"}",
          "{\"n\":10,\"k\":\"a\"}",
          "{\"n\":1.5,\"k\":\"a\"}",
          "{\"n\":1,\"k\":\"c\"}",
          "{\"n\":1,\"k\":\"a\",\"c\":\"y\"}",
          "{\"n\":1,\"k\":\"a\",\"p\":\"zy\"}",
          "{\"n\":1,\"k\":\"a\",\"p\":\"zzzz\"}",
          "{\"n\":1,\"k\":\"a\",\"l\":[true,1]}",
          "{\"n\":1,\"k\":\"a\",\"o\":1}",
          "{\"n\":1,\"k\":\"a\",\"o\":true}",
          "{\"n\":1,\"k\":\"a\",\"r\":\"sha256:1\"}",
          "{\"n\":1,\"k\":\"a\",\"m\":{\"x\":1}}",
          "{\"n\":1,\"k\":\"a\",\"more\":1}"
        }) {
      assertThat(faults(schemas, schema, wrong)).as(wrong).hasSize(1);
    }
    assertThatThrownBy(() -> schemas.faults(Map.of("anyOf", List.of()), "x"))
        .hasMessageContaining("anyOf");
  }

  private static List<String> faults(JsonSchema schemas, Map<String, Object> schema, String value) {
    return schemas.faults(schema, OpenApiDocument.tree(value.getBytes(UTF_8)));
  }
}
