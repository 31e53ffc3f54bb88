package dev.pappus.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonInvalidOperationException;
import org.bson.BsonSerializationException;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** The documents of {@code /hot/…}, which can carry several sets. */
final class InvocationBson {
  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  private InvocationBson() {}

  /** An item of an answer whose data is text. */
  record TextItem(String set, String name, long key, String text) {}

  /** {@code {name, sets}}, with one item, named like its set, in each set. */
  static byte[] request(String name, List<BsonDocument> sets) {
    BsonDocument document =
        new BsonDocument("name", new BsonString(name)).append("sets", new BsonArray(sets));
    try (BasicOutputBuffer bytes = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(bytes)) {
      CODEC.encode(writer, document, EncoderContext.builder().build());
      return bytes.toByteArray();
    }
  }

  /** A set of one item with key 0. */
  static BsonDocument set(String name, byte[] data) {
    BsonDocument item =
        new BsonDocument("identifier", new BsonString(name))
            .append("key", new BsonInt64(0))
            .append("data", new BsonBinary(data));
    return new BsonDocument("identifier", new BsonString(name))
        .append("items", new BsonArray(List.of(item)));
  }

  /** The items of an answer. */
  static List<TextItem> items(byte[] answer) {
    List<TextItem> items = new ArrayList<>();
    try (BsonBinaryReader reader = new BsonBinaryReader(java.nio.ByteBuffer.wrap(answer))) {
      BsonDocument document = CODEC.decode(reader, DecoderContext.builder().build());
      for (var set : document.getArray("sets")) {
        String name = set.asDocument().getString("identifier").getValue();
        for (var item : set.asDocument().getArray("items")) {
          BsonDocument fields = item.asDocument();
          items.add(
              new TextItem(
                  name,
                  fields.getString("identifier").getValue(),
                  fields.getInt64("key").getValue(),
                  new String(fields.getBinary("data").getData(), StandardCharsets.UTF_8)));
        }
      }
    } catch (BsonSerializationException | BsonInvalidOperationException e) {
      throw new CliException(ExitCode.FAILED, "the node's answer is malformed: " + e, null);
    }
    return items;
  }
}
