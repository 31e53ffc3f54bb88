package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Lists of a node, which come in pages: as objects, or as the cells of a table. */
final class PagedList {
  /** The largest page that a node makes: a list in as few exchanges as possible. */
  private static final String PAGE = "limit=10000";

  /** The member of a page that leads to the next one. */
  private static final String NEXT = "next";

  /** What every entry has. */
  private static final String NAME = "name";

  private static final String TABLE = "text/tab-separated-values";

  /** A node that makes no tables answers in JSON. */
  private static final String TABLE_OR_JSON = TABLE + ", application/json;q=0.5";

  /** The next page, in the one field that a node sends. */
  private static final Pattern NEXT_LINK = Pattern.compile("<(/v1/[^>]*)>; rel=\"next\"");

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
    String parameters = parameters(kind, members == null ? Stream.of() : members.stream().sorted());
    byte[] first;
    try {
      first = page(client, kind, parameters);
    } catch (ProblemReply refused) {
      parameters = parametersOfOlderNode(refused);
      first = page(client, kind, parameters);
    }
    objects(client, kind, parameters, members, first, each);
  }

  /** Of the query for pages. */
  private static String parameters(String kind, Stream<String> members) {
    String fields = members.collect(Collectors.joining(","));
    return fields.isEmpty() || !kind.equals("functions") ? PAGE : PAGE + "&fields=" + fields;
  }

  /** Those that a node understands that has refused the others. */
  private static String parametersOfOlderNode(ProblemReply refused) throws ProblemReply {
    if (refused.status() != 400) {
      throw refused;
    }
    // It makes no pages of this size, and shows all fields.
    return "";
  }

  private static void objects(
      NodeClient client,
      String kind,
      String parameters,
      @Nullable Set<String> members,
      byte[] first,
      Consumer<JsonObject> each)
      throws IOException {
    String next = JsonObject.parse(first, kind, members, each).text(NEXT);
    while (next != null) {
      String query =
          (parameters.isEmpty() ? "" : parameters + "&") + "cursor=" + NodeClient.encode(next);
      next = JsonObject.parse(page(client, kind, query), kind, members, each).text(NEXT);
    }
  }

  /**
   * Passes on the cells of everything of a kind. Asked for as a table, which is read in a fraction
   * of the time that JSON takes, most of it for the parser's classes.
   *
   * @param columns names of members
   * @param row gets a cell for each of them, which is then the receiver's; empty where an entry has
   *     none
   */
  static void rows(NodeClient client, String kind, List<String> columns, Consumer<String[]> row)
      throws IOException {
    String parameters = parameters(kind, columns.stream());
    Set<String> members = Set.copyOf(columns);
    Consumer<JsonObject> object = each -> row.accept(cells(each, columns));
    String first = "/v1/" + kind + "?" + parameters;
    @Nullable String next = first;
    while (next != null) {
      NodeClient.Reply page;
      try {
        page = client.exchange(NodeRequest.of("GET", next).with("Accept", TABLE_OR_JSON));
      } catch (ProblemReply refused) {
        if (!next.equals(first)) {
          throw refused;
        }
        String others = parametersOfOlderNode(refused);
        objects(client, kind, others, members, page(client, kind, others), object);
        return;
      }
      if (!String.valueOf(page.header("Content-Type")).startsWith(TABLE)) {
        objects(client, kind, parameters, members, page.body(), object);
        return;
      }
      readTable(new String(page.body(), StandardCharsets.UTF_8), columns, row);
      Matcher match = NEXT_LINK.matcher(String.join(", ", page.headers("Link")));
      next = match.find() ? match.group(1) : null;
    }
  }

  /** The node's columns may be others, in another order; but it names its entries. */
  private static void readTable(String table, List<String> columns, Consumer<String[]> row) {
    int end = table.indexOf('\n');
    List<String> names = List.of(table.substring(0, Math.max(end, 0)).split("\t"));
    if (!names.contains(NAME) || !table.endsWith("\n")) {
      throw new CliException(
          ExitCode.FAILED,
          "the node's list is not whole",
          "ask again; is there something between here and the node that changes answers?");
    }
    int[] places = names.stream().mapToInt(columns::indexOf).toArray();
    for (int start = end + 1; start < table.length(); start = end + 1) {
      end = table.indexOf('\n', start);
      String[] cells = new String[columns.size()];
      Arrays.fill(cells, "");
      fill(cells, places, table, start, end);
      row.accept(cells);
    }
  }

  /** Puts each cell of a line into its place; what has none is not wanted. */
  private static void fill(String[] cells, int[] places, String table, int start, int end) {
    int from = start;
    for (int i = 0; i < places.length && from <= end; i++) {
      int tab = table.indexOf('\t', from, end);
      int to = tab < 0 ? end : tab;
      if (places[i] >= 0) {
        cells[places[i]] = table.substring(from, to);
      }
      from = to + 1;
    }
  }

  private static String[] cells(JsonObject entry, List<String> columns) {
    return columns.stream().map(column -> cell(entry, column)).toArray(String[]::new);
  }

  private static String cell(JsonObject entry, String column) {
    return switch (entry.fields().get(column)) {
      case List<?> _ -> String.join(",", entry.names(column));
      case String text -> text;
      case Number number -> Long.toString(number.longValue());
      case null, default -> "";
    };
  }

  private static byte[] page(NodeClient client, String kind, String query) throws IOException {
    return client.get("/v1/" + kind + "?" + query).body();
  }
}
