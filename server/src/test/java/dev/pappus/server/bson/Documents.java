package dev.pappus.server.bson;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryReader;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;

/** Documents as clients send them, encoded by the library. */
public final class Documents {
  private Documents() {}

  /** A document as bytes. */
  public static byte[] encode(BsonDocument document) {
    try (BasicOutputBuffer buffer = new BasicOutputBuffer();
        BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
      new BsonDocumentCodec().encode(writer, document, EncoderContext.builder().build());
      return buffer.toByteArray();
    }
  }

  /** The document in {@code bytes}, decoded by the library. */
  public static BsonDocument decode(byte[] bytes) {
    try (BsonBinaryReader reader = new BsonBinaryReader(ByteBuffer.wrap(bytes))) {
      return new BsonDocumentCodec().decode(reader, DecoderContext.builder().build());
    }
  }

  /** Registers {@code binary} as {@code spec} says. */
  public static BsonDocument function(FunctionSpec spec, byte[] binary) {
    return function(spec).append("binary", integers(binary));
  }

  /** Registers the file at {@code localPath} of the server as {@code spec} says. */
  public static BsonDocument localFunction(FunctionSpec spec, String localPath) {
    return function(spec).append("local_path", new BsonString(localPath)).append("binary", array());
  }

  private static BsonDocument function(FunctionSpec spec) {
    return new BsonDocument("name", new BsonString(spec.name()))
        .append("context_size", new BsonInt64(spec.contextBytes()))
        .append("engine_type", new BsonString("Kvm"))
        .append("unknown", array(new BsonString("ignored")))
        .append(
            "input_sets", new BsonArray(spec.inputs().stream().map(Documents::inputSet).toList()))
        .append(
            "output_sets", new BsonArray(spec.outputs().stream().map(BsonString::new).toList()));
  }

  private static BsonArray inputSet(InputSet set) {
    BsonValue content =
        set.isStatic()
            ? new BsonArray(
                set.staticItems().stream()
                    .map(item -> array(new BsonString(item.name()), integers(item.toBytes())))
                    .toList())
            : BsonNull.VALUE;
    return array(new BsonString(set.name()), content);
  }

  /** Registers compositions. */
  public static BsonDocument compositions(String text) {
    return new BsonDocument("composition", new BsonString(text));
  }

  /** Invokes what is registered as {@code name}. */
  public static BsonDocument invocation(String name, List<DataSet> inputs) {
    return new BsonDocument("name", new BsonString(name))
        .append("sets", new BsonArray(inputs.stream().map(Documents::set).toList()));
  }

  private static BsonDocument set(DataSet set) {
    return set(
        set.name(),
        set.items().stream()
            .map(item -> item(item.name(), new BsonInt64(item.key().value()), item.toBytes()))
            .toArray(BsonDocument[]::new));
  }

  /** The sets of an answer. */
  public static List<DataSet> result(byte[] bytes) {
    return decode(bytes).getArray("sets").stream()
        .map(BsonValue::asDocument)
        .map(set ->
            new DataSet(
                set.getString("identifier").getValue(),
                set.getArray("items").stream()
                    .map(BsonValue::asDocument)
                    .map(item ->
                        Item.of(
                            item.getString("identifier").getValue(),
                            Key.of(item.getInt64("key").getValue()),
                            item.getBinary("data").getData()))
                    .toList()))
        .toList();
  }

  static BsonArray array(BsonValue... values) {
    return new BsonArray(Arrays.asList(values));
  }

  static BsonArray integers(byte... bytes) {
    return new BsonArray(
        IntStream.range(0, bytes.length)
            .mapToObj(
                i -> i % 2 == 0 ? new BsonInt32(bytes[i] & 0xFF) : new BsonInt64(bytes[i] & 0xFF))
            .toList());
  }

  static BsonDocument function() {
    return new BsonDocument("name", new BsonString("wordcount"))
        .append("context_size", new BsonInt64(134_217_728))
        .append("engine_type", new BsonString("Kvm"))
        .append("binary", integers((byte) 127, (byte) 69, (byte) -1, (byte) 0))
        .append(
            "input_sets",
            array(
                array(new BsonString("texts"), BsonNull.VALUE),
                array(
                    new BsonString("stopwords"),
                    array(array(new BsonString("en.txt"), integers((byte) 97, (byte) 110))))))
        .append("output_sets", array(new BsonString("stdio"), new BsonString("counts")));
  }

  static BsonDocument item(String name, BsonValue key, byte... data) {
    return new BsonDocument("identifier", new BsonString(name))
        .append("key", key)
        .append("data", new BsonBinary(data));
  }

  static BsonDocument set(String name, BsonDocument... items) {
    return new BsonDocument("identifier", new BsonString(name))
        .append("items", new BsonArray(List.of(items)));
  }

  static BsonDocument invocation(BsonDocument... sets) {
    return new BsonDocument("name", new BsonString("render"))
        .append("sets", new BsonArray(List.of(sets)));
  }

  static byte[] little32(int value) {
    return ByteBuffer.allocate(4).order(java.nio.ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }
}
