package dev.pappus.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.access.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

class PathNeedsTest {
  @Test
  void onlyPlansAndReadsOfTheRegistryDoWithInvoke() {
    assertThat(PathNeeds.scope("POST", "/v1/compositions/x/plan")).isEqualTo(Scope.INVOKE);
    assertThat(PathNeeds.scope("GET", "/v1/functions/x")).isEqualTo(Scope.INVOKE);
    assertThat(PathNeeds.scope("HEAD", "/v1/compositions")).isEqualTo(Scope.INVOKE);
    for (String changing : List.of("PUT", "POST", "DELETE", "PATCH")) {
      for (String name : List.of("plan", "x")) { // a function may be called plan
        assertThat(PathNeeds.scope(changing, "/v1/functions/" + name)).isEqualTo(Scope.DEPLOY);
        assertThat(PathNeeds.scope(changing, "/v1/compositions/" + name)).isEqualTo(Scope.DEPLOY);
      }
    }
    assertThat(PathNeeds.scope("DELETE", "/v1/compositions/x/plan")).isEqualTo(Scope.DEPLOY);
  }

  @Test
  void oddSpellingsTakeTheHighestScope() {
    for (String odd :
        List.of(
            "//v1/functions",
            "/V1/functions",
            "/v1/functionsx",
            "/v1/%66unctions",
            "/./v1/functions",
            "/livez/",
            "/livez/../v1/tokens",
            "v1/functions",
            "*",
            "",
            "/")) {
      assertThat(PathNeeds.scope("GET", odd)).as(odd).isEqualTo(Scope.ADMIN);
    }
    for (String below : List.of("/v1/functions/../tokens", "/v1/functions/%2e%2e/tokens")) {
      assertThat(PathNeeds.scope("POST", below)).as(below).isEqualTo(Scope.DEPLOY);
    }
  }
}
