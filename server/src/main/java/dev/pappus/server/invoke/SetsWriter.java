package dev.pappus.server.invoke;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Sets as {@code {"sets":[{"name":…,"items":[{"name":…,"key":…,"base64":…}]}]}}, every set in order
 * under the name of the invocable's signature.
 */
final class SetsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private SetsWriter() {}

  /** The document in pieces. */
  static List<MemorySegment> write(List<OutputSet> sets) {
    SegmentOutput output = new SegmentOutput();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
      json.writeStartObject();
      json.writeName("sets");
      json.writeStartArray();
      for (OutputSet set : sets) {
        set(json, set);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    output.write('\n');
    return output.pieces();
  }

  private static void set(JsonGenerator json, OutputSet set) {
    json.writeStartObject();
    json.writeStringProperty("name", set.name());
    json.writeName("items");
    json.writeStartArray();
    for (Item item : set.items()) {
      json.writeStartObject();
      json.writeStringProperty("name", item.name());
      json.writeNumberProperty("key", item.key().value());
      json.writeName("base64");
      json.writeBinary(new SegmentInput(item.data()), -1);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The bytes of a segment, wherever it is. */
  private static final class SegmentInput extends InputStream {
    private final MemorySegment segment;
    private long position;

    SegmentInput(MemorySegment segment) {
      this.segment = segment;
    }

    @Override
    public int read() {
      return position == segment.byteSize()
          ? -1
          : segment.get(ValueLayout.JAVA_BYTE, position++) & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int count) {
      Objects.checkFromIndexSize(offset, count, target.length);
      int some = (int) Math.min(count, segment.byteSize() - position);
      if (some == 0) {
        return count == 0 ? 0 : -1;
      }
      MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, position, target, offset, some);
      position += some;
      return some;
    }
  }
}
