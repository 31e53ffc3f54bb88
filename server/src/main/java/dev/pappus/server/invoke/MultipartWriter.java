package dev.pappus.server.invoke;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sets as {@code multipart/form-data}: a part {@code SET[:KEY]/ITEM} for each item, and a part
 * {@code SET} without bytes for a set without items.
 */
final class MultipartWriter {
  private final SegmentOutput output = new SegmentOutput();
  private final String delimiter;

  private MultipartWriter(String boundary) {
    this.delimiter = "--" + boundary;
  }

  /** The answer; large items are not copied. */
  static Response write(List<OutputSet> sets) {
    // Nobody who writes an item can know it, so that no item needs to be searched for it.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    String boundary =
        "pappus-" + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    MultipartWriter writer = new MultipartWriter(boundary);
    sets.forEach(writer::set);
    writer.text(writer.delimiter + "--\r\n");
    return new Response(
        200,
        List.of(
            new Response.Header("content-type", MediaTypes.MULTIPART + "; boundary=" + boundary)),
        writer.output.pieces());
  }

  private void set(OutputSet set) {
    if (set.items().isEmpty()) {
      head(set.name());
      text("\r\n\r\n");
      return;
    }
    for (Item item : set.items()) {
      head(
          item.key().equals(Key.ZERO)
              ? set.name() + "/" + item.name()
              : set.name() + ":" + item.key() + "/" + item.name());
      text("content-type: " + MediaTypes.ofName(item.name()) + "\r\n\r\n");
      output.add(item.data());
      text("\r\n");
    }
  }

  private void head(String name) {
    text(delimiter);
    text("\r\ncontent-disposition: form-data; name=\"");
    text(name.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A"));
    text("\"\r\n");
  }

  private void text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    output.write(utf8, 0, utf8.length);
  }
}
