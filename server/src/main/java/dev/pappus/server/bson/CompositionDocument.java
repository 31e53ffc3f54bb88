package dev.pappus.server.bson;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The document that registers compositions: {@code {composition: "…"}}; other fields are ignored.
 */
public final class CompositionDocument {
  private CompositionDocument() {}

  /**
   * The text in a body.
   *
   * @throws IOException if the client goes away in the middle
   * @throws ProblemException BAD_BSON
   */
  public static String decode(InputStream body, Limits limits) throws IOException {
    BsonReader reader = new BsonReader(body);
    @Nullable String text = null;
    reader.open();
    while (reader.next() != BsonType.END) {
      if (!reader.name().equals("composition")) {
        reader.skip();
      } else if (text != null) {
        throw reader.malformed("field 'composition' occurs twice");
      } else {
        text = reader.string(limits.count(Limit.COMPOSITION_TEXT));
      }
    }
    reader.requireEnd();
    if (text == null) {
      throw reader.malformed("the document lacks 'composition'");
    }
    return text;
  }
}
