package dev.pappus.server.async;

import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Outcome;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.util.List;

/** Requests and outputs of durable invocations as stored documents. */
final class InvocationCodec {
  private static final int VERSION = 1;

  private InvocationCodec() {}

  static byte[] request(List<DataSet> inputs) {
    return DocumentWriter.write(out -> {
      out.int32(VERSION);
      out.int32(inputs.size());
      for (DataSet set : inputs) {
        out.text(set.name());
        items(out, set.items());
      }
    });
  }

  static List<DataSet> request(byte[] document) {
    DocumentReader in = open(document);
    List<DataSet> sets = in.list(each -> new DataSet(each.text(), items(each)));
    in.end();
    return sets;
  }

  static byte[] outputs(InvocationResult result) {
    List<OutputSet> outputs =
        switch (result.outcome()) {
          case Succeeded succeeded -> succeeded.outputs();
          case Failed _ -> List.of();
        };
    return DocumentWriter.write(out -> {
      out.int32(VERSION);
      out.int32(outputs.size());
      for (OutputSet set : outputs) {
        out.text(set.name());
        out.text(set.producerName());
        items(out, set.items());
      }
    });
  }

  /** Bytes of all outputs, before they are copied anywhere. */
  static long outputBytes(InvocationResult result) {
    return switch (result.outcome()) {
      case Succeeded succeeded ->
          succeeded.outputs().stream()
              .flatMap(set -> set.items().stream())
              .mapToLong(item -> item.sizeBytes() + item.name().length() + 16L)
              .sum();
      case Failed _ -> 0;
    };
  }

  /** The result that {@code report} tells of, with its outputs. */
  static InvocationResult result(InvocationInfo info, byte[] report, byte[] outputs) {
    InvocationResult told = ReportCodec.decode(info, report);
    Outcome outcome =
        switch (told.outcome()) {
          case Failed failed -> failed;
          case Succeeded _ -> {
            DocumentReader in = open(outputs);
            List<OutputSet> sets =
                in.list(each -> new OutputSet(each.text(), each.text(), items(each)));
            in.end();
            yield new Succeeded(sets);
          }
        };
    return new InvocationResult(
        info, outcome, told.phases(), told.coldestStart(), told.instances());
  }

  static DocumentReader open(byte[] document) {
    DocumentReader in = new DocumentReader(document);
    int version = in.int32();
    if (version != VERSION) {
      throw DocumentReader.damaged("it has version " + version);
    }
    return in;
  }

  private static void items(DocumentWriter out, List<Item> items) {
    out.int32(items.size());
    for (Item item : items) {
      out.text(item.name());
      out.int32(item.key().bits());
      out.bytes(item.data());
    }
  }

  private static List<Item> items(DocumentReader in) {
    return in.list(each -> new Item(each.text(), new Key(each.int32()), each.bytes()));
  }
}
