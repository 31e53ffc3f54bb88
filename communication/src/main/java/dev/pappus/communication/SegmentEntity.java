package dev.pappus.communication;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.jspecify.annotations.Nullable;

/** A request body that is sent out of a memory segment piece by piece, without a copy of it all. */
final class SegmentEntity extends AbstractHttpEntity {
  private static final int PIECE_BYTES = 16 << 10;

  private final MemorySegment body;

  SegmentEntity(MemorySegment body) {
    super((@Nullable ContentType) null, null);
    this.body = body;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    byte[] piece = new byte[(int) Math.min(PIECE_BYTES, body.byteSize())];
    long offset = 0;
    while (offset < body.byteSize()) {
      int length = (int) Math.min(piece.length, body.byteSize() - offset);
      MemorySegment.copy(body, ValueLayout.JAVA_BYTE, offset, piece, 0, length);
      out.write(piece, 0, length);
      offset += length;
    }
  }

  @Override
  public InputStream getContent() {
    throw new UnsupportedOperationException("the body is written, not read");
  }

  @Override
  public long getContentLength() {
    return body.byteSize();
  }

  @Override
  public boolean isStreaming() {
    return false;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void close() {}
}
