package dev.pappus.server.invoke;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.bson.InvocationDocument;
import dev.pappus.server.http.Body;
import dev.pappus.server.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes input sets of a request's body. Immutable. */
final class InputDecoder {
  /** Name of the item that a body becomes. */
  static final String BODY_ITEM = "body";

  /** Its name in the set {@code stdio}. */
  private static final String STDIN_ITEM = "stdin";

  private final Limits limits;

  InputDecoder(Limits limits) {
    this.limits = limits;
  }

  /** How a body holds items. */
  enum Form {
    /** It is none, or there is none. */
    NOTHING,
    /** It is one. */
    ITEM,
    MULTIPART,
    BSON,
    SETS
  }

  /** The form of a request's body. A content type that cannot be read is that of one item. */
  static Form form(RequestHead head, Body body, InvokeTarget target) {
    if (body.isEmpty() && !isSentEmpty(head)) {
      return Form.NOTHING;
    }
    String type = head.header("content-type");
    if (type == null) {
      return Form.ITEM;
    }
    int semicolon = type.indexOf(';');
    String bare = (semicolon < 0 ? type : type.substring(0, semicolon)).strip();
    if (bare.equalsIgnoreCase(MediaTypes.SETS)) {
      return Form.SETS;
    }
    if (bare.equalsIgnoreCase(MediaTypes.BSON)) {
      return Form.BSON;
    }
    // What sees the request wants the forms that web pages send as they are.
    return bare.equalsIgnoreCase(MediaTypes.MULTIPART) && !target.seesRequest()
        ? Form.MULTIPART
        : Form.ITEM;
  }

  /** Whether a body without bytes is meant: it is announced, and it has a type. */
  private static boolean isSentEmpty(RequestHead head) {
    return head.header("content-type") != null
        && (head.header("content-length") != null || head.header("transfer-encoding") != null)
        && !head.method().equals("GET")
        && !head.method().equals("HEAD");
  }

  /**
   * The input sets by position.
   *
   * @throws ProblemException BAD_REQUEST, BAD_BSON, BAD_NAME, UNKNOWN_SET, TOO_MANY_ITEMS or
   *     PAYLOAD_TOO_LARGE
   */
  List<DataSet> decode(RequestHead head, Body body, InvokeTarget target) {
    Form form = form(head, body, target);
    if (form != Form.NOTHING && !target.seesRequest()) {
      requirePlain(head);
    }
    return switch (form) {
      case NOTHING -> target.seesRequest() ? seeing(head, target, null) : List.of();
      case ITEM -> target.seesRequest() ? seeing(head, target, body) : List.of(whole(body, target));
      case BSON -> bson(head, body, target);
      case MULTIPART, SETS -> {
        SetCollector collector = new SetCollector(target, limits);
        if (form == Form.SETS) {
          SetsReader.read(body, collector);
        } else {
          MultipartReader.read(body, contentType(head), collector);
        }
        if (target.seesRequest() && collector.isEmpty(HttpSet.NAME)) {
          HttpSet.items(head, target.rest()).forEach(item -> collector.add(HttpSet.NAME, item));
        }
        yield collector.sets();
      }
    };
  }

  private static HeaderValue contentType(RequestHead head) {
    try {
      return HeaderValue.parse(String.valueOf(head.header("content-type")));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "the content type is malformed: %s",
                  Names.printable(String.valueOf(e.getMessage())))
              .withHint("write it like multipart/form-data; boundary=…"),
          e);
    }
  }

  /** Compressed bytes would be taken for the bytes themselves. */
  private static void requirePlain(RequestHead head) {
    for (String coding : head.headers("content-encoding")) {
      if (!coding.equalsIgnoreCase("identity")) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.BAD_REQUEST,
                    "the node does not undo the content encoding '%s'",
                    Names.printable(coding))
                .withHint("send the body as it is, without content-encoding"));
      }
    }
  }

  private static DataSet whole(Body body, InvokeTarget target) {
    List<String> inputs = target.signature().inputs();
    if (inputs.isEmpty()) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_SET, "'%s' takes no input", target.name())
              .withFunction(target.name())
              .withHint("send the request without a body"));
    }
    return new DataSet(inputs.getFirst(), List.of(item(inputs.getFirst(), body)));
  }

  private static Item item(String set, Body body) {
    return new Item(
        set.equals(AnswerEncoder.STDIO) ? STDIN_ITEM : BODY_ITEM, Key.ZERO, body.segment());
  }

  /** The request in the set {@code http}, its body in the first other one. */
  private static List<DataSet> seeing(RequestHead head, InvokeTarget target, @Nullable Body body) {
    List<String> inputs = target.signature().inputs();
    boolean alone = inputs.size() == 1;
    boolean placed = body == null;
    List<DataSet> sets = new ArrayList<>(inputs.size());
    for (String input : inputs) {
      List<Item> items = new ArrayList<>();
      boolean http = input.equals(HttpSet.NAME);
      if (http) {
        items.addAll(HttpSet.items(head, target.rest()));
      }
      if (!placed && body != null && (!http || alone)) {
        items.add(item(input, body));
        placed = true;
      }
      sets.add(new DataSet(input, items));
    }
    return sets;
  }

  private List<DataSet> bson(RequestHead head, Body body, InvokeTarget target) {
    List<DataSet> sets = InvocationDocument.decodeSets(body.bytes(), body.length(), limits);
    int http = target.signature().inputs().indexOf(HttpSet.NAME);
    if (http < 0 || (http < sets.size() && !sets.get(http).isEmpty())) {
      return sets;
    }
    List<DataSet> all = new ArrayList<>(sets);
    while (all.size() <= http) {
      all.add(DataSet.empty(""));
    }
    all.set(http, new DataSet(HttpSet.NAME, HttpSet.items(head, target.rest())));
    return all;
  }
}
