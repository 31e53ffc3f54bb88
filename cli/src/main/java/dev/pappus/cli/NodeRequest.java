package dev.pappus.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to a node.
 *
 * @param method of HTTP
 * @param path with its query
 * @param headers name, value, name, value, …
 * @param body null if there is none
 */
record NodeRequest(String method, String path, List<String> headers, @Nullable Content body) {
  /** Bytes to send. */
  interface Content {
    long length();

    void writeTo(OutputStream out) throws IOException;

    /** What is in memory already. */
    static Content of(byte... bytes) {
      return new Content() {
        @Override
        public long length() {
          return bytes.length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
          out.write(bytes);
        }
      };
    }
  }

  static NodeRequest of(String method, String path) {
    return new NodeRequest(method, path, List.of(), null);
  }

  /** With a header more. */
  NodeRequest with(String name, String value) {
    List<String> more = new ArrayList<>(headers);
    more.add(name);
    more.add(value);
    return new NodeRequest(method, path, List.copyOf(more), body);
  }

  /** The same with {@code folder} before its path. */
  NodeRequest below(String folder) {
    return new NodeRequest(method, folder + path, headers, body);
  }

  /** With a body. */
  NodeRequest with(String contentType, Content content) {
    return new NodeRequest(method, path, headers, content).with("Content-Type", contentType);
  }
}
