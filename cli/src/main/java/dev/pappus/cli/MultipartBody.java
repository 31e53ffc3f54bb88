package dev.pappus.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** {@code multipart/form-data}, sent piece by piece. Names are not escaped: they must be plain. */
final class MultipartBody implements NodeRequest.Content {
  private final String boundary = "pappus-" + UUID.randomUUID();
  private final List<byte[]> pieces = new ArrayList<>();

  /** Adds a part; {@code bytes} are not copied. */
  void part(String name, String type, byte[] bytes) {
    pieces.add(
        ("--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\""
                + name
                + "\"\r\nContent-Type: "
                + type
                + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    pieces.add(bytes);
    pieces.add("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  private byte[] end() {
    return ("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public long length() {
    return pieces.stream().mapToLong(piece -> piece.length).sum() + end().length;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    for (byte[] piece : pieces) {
      out.write(piece);
    }
    out.write(end());
  }
}
