package dev.pappus.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    return read(client, kind, null);
  }

  /** The same with these members only; null is all. */
  static List<JsonObject> read(NodeClient client, String kind, @Nullable Set<String> members)
      throws IOException {
    Set<String> read = null;
    if (members != null) {
      read = new HashSet<>(members);
      read.addAll(List.of(kind, NEXT));
    }
    try {
      return pages(client, kind, read, PAGE);
    } catch (ProblemReply refused) {
      if (refused.status() != 400) {
        throw refused;
      }
      // An older node makes no pages of this size.
      return pages(client, kind, read, "");
    }
  }

  private static List<JsonObject> pages(
      NodeClient client, String kind, @Nullable Set<String> read, String limit) throws IOException {
    List<JsonObject> all = new ArrayList<>();
    String query = limit;
    while (true) {
      JsonObject page = JsonObject.parse(client.get("/v1/" + kind + "?" + query).body(), read);
      all.addAll(page.objects(kind));
      String next = page.text(NEXT);
      if (next == null) {
        return all;
      }
      query = (limit.isEmpty() ? "" : limit + "&") + "cursor=" + NodeClient.encode(next);
    }
  }
}
