package dev.pappus.server.api;

import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** How a page of a list is shown. */
enum ListFormat {
  /** An object with the list, and the cursor of the next page. */
  JSON(Json.CONTENT_TYPE),
  /**
   * A line of names, then one for each entry, with tabs between the cells: for cut, awk and join.
   */
  TABLE("text/tab-separated-values; charset=utf-8");

  private final String contentType;

  ListFormat(String contentType) {
    this.contentType = contentType;
  }

  /** The answer in the format that {@code Accept} prefers; see {@link #answer}. */
  static <T> Response preferred(
      RequestHead head,
      String kind,
      PageRequest.Page<? extends T> page,
      List<ListField<T>> fields,
      String parameters) {
    return of(head).answer(kind, page, fields, parameters).with("vary", "accept");
  }

  /** JSON if the request names neither. */
  private static ListFormat of(RequestHead head) {
    return MediaRanges.preferred(
        head.header("accept"),
        JSON,
        range ->
            switch (range) {
              case "*/*", "application/*", "application/json" -> JSON;
              case "text/*", "text/tab-separated-values" -> TABLE;
              default -> null;
            });
  }

  /**
   * The answer; {@code Link} leads to the next page.
   *
   * @param kind name of the list, and behind {@code /v1/} its path
   * @param fields what is shown of an entry, which holds no tab and no line break
   * @param parameters further ones of the next page's query, each with {@code &} before it
   */
  <T> Response answer(
      String kind,
      PageRequest.Page<? extends T> page,
      List<ListField<T>> fields,
      String parameters) {
    PageRequest next = page.next();
    byte[] body =
        switch (this) {
          case JSON -> json(kind, page, fields);
          case TABLE -> table(page.entries(), fields);
        };
    Response response = Response.of(200, contentType, body);
    return next == null
        ? response
        : response.with(
            "link",
            "</v1/%s?limit=%d&cursor=%s%s>; rel=\"next\""
                .formatted(kind, next.limit(), next.cursor(), parameters));
  }

  private static <T> byte[] json(
      String kind, PageRequest.Page<? extends T> page, List<ListField<T>> fields) {
    return Json.object(json -> {
      json.writeArrayPropertyStart(kind);
      for (T entry : page.entries()) {
        json.writeStartObject();
        fields.forEach(field -> field.write(json, entry));
        json.writeEndObject();
      }
      json.writeEndArray();
      PageRequest next = page.next();
      if (next != null) {
        json.writeStringProperty("next", next.cursor());
      }
    });
  }

  private static <T> byte[] table(List<? extends T> entries, List<ListField<T>> fields) {
    StringBuilder text =
        new StringBuilder(
            fields.stream().map(ListField::name).collect(Collectors.joining("\t", "", "\n")));
    for (T entry : entries) {
      String separator = "";
      for (ListField<T> field : fields) {
        text.append(separator).append(field.cell(entry));
        separator = "\t";
      }
      text.append('\n');
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
