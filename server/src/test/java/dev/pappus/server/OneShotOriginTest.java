package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bson.BsonArray;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A web page must not make its reader's browser run a composition of the page's own. */
class OneShotOriginTest {
  private static final String PASS =
      "function HTTP(requests) => (headers, bodies);"
          + " composition pass(a) => (b) { HTTP(requests = all a) => (b = bodies); }";

  @Test
  void pagesOfOtherSitesCannotRunCompositions(@TempDir Path folder) throws Exception {
    BsonDocument document =
        new BsonDocument("composition", new BsonString(PASS)).append("sets", new BsonArray());
    try (TestNode node = new TestNode(folder, _ -> {});
        BasicOutputBuffer body = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(body)) {
      new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
      String url = node.invocation() + "/hot/composition";
      for (String[] header :
          new String[][] {
            {"Origin", "http://evil.example"},
            {"Origin", "null"},
            {"Sec-Fetch-Site", "cross-site"},
          }) {
        var answer = node.send("POST", url, body.toByteArray(), header);
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
            .contains("\"code\":\"cross_origin_denied\"");
      }
      assertThat(node.send("POST", url, body.toByteArray()).statusCode()).isEqualTo(200);
      for (String[] header :
          new String[][] {{"Prefer", "respond-async"}, {"Idempotency-Key", "k"}}) {
        var answer = node.send("POST", url, body.toByteArray(), header);
        assertThat(answer.statusCode()).as(header[0]).isEqualTo(400);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("by its name");
      }
    }
  }
}
