package dev.pappus.server.api;

import dev.pappus.server.http.Routes;
import java.util.List;

/** The tables behind the ports, for tests in other packages. */
public final class RouteTables {
  private RouteTables() {}

  /** Every route as {@code METHOD PATTERN}. */
  public static List<String> of(Routes routes) {
    return ((Router) routes).table();
  }
}
