package dev.pappus.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Lists of a node, which come in pages. */
final class PagedList {
  /** The largest page that a node makes: a list in as few exchanges as possible. */
  private static final String PAGE = "limit=10000";

  /** The member of a page that leads to the next one. */
  private static final String NEXT = "next";

  private PagedList() {}

  /** Everything of a kind, such as {@code functions} or {@code compositions}. */
  static List<JsonObject> read(NodeClient client, String kind) throws IOException {
    List<JsonObject> all = new ArrayList<>();
    forEach(client, kind, null, all::add);
    return all;
  }

  /**
   * Passes on everything of a kind, one by one, so that thousands need not be held.
   *
   * @param members which are read; null is all
   */
  static void forEach(
      NodeClient client, String kind, @Nullable Set<String> members, Consumer<JsonObject> each)
      throws IOException {
    String parameters = PAGE;
    if (members != null && kind.equals("functions")) {
      parameters += "&fields=" + String.join(",", members.stream().sorted().toList());
    }
    byte[] first;
    try {
      first = page(client, kind, parameters);
    } catch (ProblemReply refused) {
      if (refused.status() != 400) {
        throw refused;
      }
      // An older node makes no pages of this size, and shows all fields.
      parameters = "";
      first = page(client, kind, parameters);
    }
    String next = JsonObject.parse(first, kind, members, each).text(NEXT);
    while (next != null) {
      String query =
          (parameters.isEmpty() ? "" : parameters + "&") + "cursor=" + NodeClient.encode(next);
      next = JsonObject.parse(page(client, kind, query), kind, members, each).text(NEXT);
    }
  }

  private static byte[] page(NodeClient client, String kind, String query) throws IOException {
    return client.get("/v1/" + kind + "?" + query).body();
  }
}
