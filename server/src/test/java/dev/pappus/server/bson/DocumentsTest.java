package dev.pappus.server.bson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonJavaScript;
import org.bson.BsonMaxKey;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonRegularExpression;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static InvocationDocument invoke(BsonDocument document) {
    return invoke(Documents.encode(document));
  }

  private static InvocationDocument invoke(byte[] bytes) {
    return InvocationDocument.decode(bytes, bytes.length, Limits.DEFAULTS);
  }

  private static FunctionDocument function(BsonDocument document, Limits limits)
      throws IOException {
    return FunctionDocument.decode(new ByteArrayInputStream(Documents.encode(document)), limits);
  }

  private static void assertProblem(ProblemCode code, String detail, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(code);
              assertThat(e.problem().detail()).contains(detail);
              assertThat(e.problem().hint()).isNotBlank();
            });
  }

  @Test
  void fieldsOfAnInvocationComeInAnyOrderAndBothIntegerTypes() {
    BsonDocument item =
        new BsonDocument("data", new BsonBinary((byte) 0x80, new byte[] {9}))
            .append("key", new BsonInt32(5))
            .append("identifier", new BsonString("a/b"));
    BsonDocument set =
        new BsonDocument("items", Documents.array(item, Documents.item("", new BsonInt64(Key.MAX))))
            .append("identifier", new BsonString(""));
    InvocationDocument document =
        invoke(
            new BsonDocument("sets", Documents.array(Documents.set("hole"), set))
                .append("name", new BsonString("f")));
    assertThat(document.sets()).hasSize(2);
    assertThat(document.sets().getFirst().isEmpty()).isTrue();
    List<Item> items = document.sets().getLast().items();
    assertThat(items.getFirst().key()).isEqualTo(Key.of(5));
    assertThat(items.getLast().key()).isEqualTo(Key.of(Key.MAX));
    assertThat(items.getLast().sizeBytes()).isZero();
  }

  @Test
  void anInvocationIsStrict() {
    BsonDocument good =
        Documents.invocation(Documents.set("a", Documents.item("x", new BsonInt32(1), (byte) 1)));
    assertThat(invoke(good).name()).isEqualTo("render");
    assertProblem(
        ProblemCode.BAD_BSON,
        "field 'more' is not one of name, composition, sets",
        () -> invoke(good.clone().append("more", BsonNull.VALUE)));
    assertProblem(
        ProblemCode.BAD_BSON,
        "either 'name' or 'composition'",
        () -> invoke(good.clone().append("composition", new BsonString("x"))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "lacks 'sets'",
        () -> invoke(new BsonDocument("name", new BsonString("f"))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "field 'name' is an int32, not a string",
        () -> invoke(new BsonDocument("name", new BsonInt32(1))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "lacks 'items'",
        () -> invoke(Documents.invocation(new BsonDocument("identifier", new BsonString("a")))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "field 'key' is a double",
        () ->
            invoke(
                Documents.invocation(Documents.set("a", Documents.item("x", new BsonDouble(1))))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "key -1 is not",
        () ->
            invoke(
                Documents.invocation(Documents.set("a", Documents.item("x", new BsonInt32(-1))))));
    assertProblem(
        ProblemCode.BAD_BSON,
        "key 4294967296 is not",
        () ->
            invoke(
                Documents.invocation(
                    Documents.set("a", Documents.item("x", new BsonInt64(1L << 32))))));
    assertProblem(
        ProblemCode.BAD_NAME,
        "'..' component",
        () ->
            invoke(
                Documents.invocation(
                    Documents.set("a", Documents.item("../x", new BsonInt32(1))))));
  }

  @Test
  void repeatedFieldsAreRefused() {
    byte[] once = Documents.encode(new BsonDocument("name", new BsonString("f")));
    byte[] field = Arrays.copyOfRange(once, 4, once.length - 1);
    byte[] twice = new byte[4 + 2 * field.length + 1];
    System.arraycopy(Documents.little32(twice.length), 0, twice, 0, 4);
    System.arraycopy(field, 0, twice, 4, field.length);
    System.arraycopy(field, 0, twice, 4 + field.length, field.length);
    assertProblem(ProblemCode.BAD_BSON, "a field occurs twice", () -> invoke(twice));
  }

  @Test
  void lengthsMustMatch() {
    byte[] good =
        Documents.encode(
            Documents.invocation(
                Documents.set("a", Documents.item("x", new BsonInt32(1), (byte) 1))));
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> invoke(cut)).isInstanceOf(ProblemException.class);
    }
    assertProblem(
        ProblemCode.BAD_BSON, "bytes follow", () -> invoke(Arrays.copyOf(good, good.length + 1)));
    for (int claimed :
        new int[] {0, 4, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, good.length + 1}) {
      byte[] bad = good.clone();
      System.arraycopy(Documents.little32(claimed), 0, bad, 0, 4);
      assertProblem(ProblemCode.BAD_BSON, "", () -> invoke(bad));
    }
  }

  @Test
  void itemsAreCounted() {
    BsonDocument[] items = new BsonDocument[4];
    Arrays.setAll(items, i -> Documents.item("i" + i, new BsonInt32(i)));
    byte[] bytes = Documents.encode(Documents.invocation(Documents.set("a", items)));
    Limits limits = Limits.DEFAULTS.with(Limit.SET_ITEMS, 3);
    assertProblem(
        ProblemCode.TOO_MANY_ITEMS,
        "4 is over the limit of 3 (limits.set_items)",
        () -> InvocationDocument.decode(bytes, bytes.length, limits));
  }

  @Test
  void aFunctionIsDecoded() throws IOException {
    FunctionDocument document =
        function(
            Documents.function().append("min_set_bytes", Documents.array(new BsonInt32(7))),
            Limits.DEFAULTS);
    assertThat(document.spec().name()).isEqualTo("wordcount");
    assertThat(document.spec().contextBytes()).isEqualTo(128 << 20);
    assertThat(document.spec().outputs()).containsExactly("stdio", "counts");
    assertThat(document.spec().minSetBytes()).containsExactly(7L, 0L);
    assertThat(document.spec().inputs().getFirst().isStatic()).isFalse();
    Item stop = document.spec().inputs().getLast().staticItems().getFirst();
    assertThat(stop.name()).isEqualTo("en.txt");
    assertThat(stop.text()).isEqualTo("an");
    assertThat(document.engineType()).isEqualTo("Kvm");
    assertThat(document.binary().toArray(ValueLayout.JAVA_BYTE)).containsExactly(127, 69, -1, 0);
  }

  @Test
  void binariesMayBeBinariesAndUnknownFieldsOfEveryTypeAreSkipped() throws IOException {
    BsonDocument document =
        new BsonDocument("double", new BsonDouble(1))
            .append("document", new BsonDocument("deep", Documents.function()))
            .append("array", Documents.array(new BsonInt32(1), new BsonArray()))
            .append("regex", new BsonRegularExpression("a.*", "i"))
            .append("object", new BsonObjectId())
            .append("script", new BsonJavaScript("x"))
            .append("time", new BsonTimestamp(1))
            .append("decimal", new BsonDecimal128(Decimal128.POSITIVE_ZERO))
            .append("max", new BsonMaxKey());
    document.putAll(Documents.function());
    document.put("binary", new BsonBinary(new byte[] {1, 2, 3}));
    document.put("local_path", new BsonString("a/b.elf"));
    FunctionDocument decoded = function(document, Limits.DEFAULTS);
    assertThat(decoded.binary().toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3);
    assertThat(decoded.localPath()).isEqualTo("a/b.elf");
  }

  @Test
  void malformedFunctionsAreRefused() {
    for (String field :
        List.of("name", "context_size", "engine_type", "binary", "input_sets", "output_sets")) {
      BsonDocument document = Documents.function();
      document.remove(field);
      assertProblem(
          ProblemCode.BAD_BSON, "lacks '" + field + "'", () -> function(document, Limits.DEFAULTS));
    }
    assertProblem(
        ProblemCode.BAD_NAME,
        "cannot name a function",
        () ->
            function(
                Documents.function().append("name", new BsonString("../../etc/x")),
                Limits.DEFAULTS));
    assertProblem(
        ProblemCode.BAD_BSON,
        "an array of bytes holds 256",
        () ->
            function(
                Documents.function().append("binary", Documents.array(new BsonInt32(256))),
                Limits.DEFAULTS));
    assertProblem(
        ProblemCode.BAD_BSON,
        "too short",
        () ->
            function(
                Documents.function()
                    .append("input_sets", Documents.array(Documents.array(new BsonString("a")))),
                Limits.DEFAULTS));
    assertProblem(
        ProblemCode.PAYLOAD_TOO_LARGE,
        "limits.binary_bytes",
        () -> function(Documents.function(), Limits.DEFAULTS.with(Limit.BINARY_BYTES, 3)));
    assertProblem(
        ProblemCode.PAYLOAD_TOO_LARGE,
        "limits.request_body",
        () -> function(Documents.function(), Limits.DEFAULTS.with(Limit.REQUEST_BODY, 1)));
  }

  @Test
  void aCompositionIsDecoded() throws IOException {
    byte[] bytes =
        Documents.encode(
            new BsonDocument("other", new BsonInt32(1))
                .append("composition", new BsonString("täxt")));
    assertThat(CompositionDocument.decode(new ByteArrayInputStream(bytes), Limits.DEFAULTS))
        .isEqualTo("täxt");
    assertProblem(
        ProblemCode.BAD_BSON,
        "lacks 'composition'",
        () ->
            CompositionDocument.decode(
                new ByteArrayInputStream(Documents.encode(new BsonDocument())), Limits.DEFAULTS));
    assertProblem(
        ProblemCode.BAD_BSON,
        "longer than 4",
        () ->
            CompositionDocument.decode(
                new ByteArrayInputStream(bytes), Limits.DEFAULTS.with(Limit.COMPOSITION_TEXT, 4)));
  }
}
