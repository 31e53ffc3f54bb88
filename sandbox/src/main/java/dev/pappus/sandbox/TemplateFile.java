package dev.pappus.sandbox;

import dev.pappus.model.Digest;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A template as bytes: magic number, version, where it resumes, what it leaves free, the number of
 * extents; address, size and rights of each; their pages; the SHA-256 of all that. Numbers have 64
 * bits and are little-endian.
 */
public final class TemplateFile {
  private static final long MAGIC = 0x4C50_4D54_5041_5050L; // "PPAPTMPL"
  private static final long VERSION = 1;
  private static final int HEADER_BYTES = 48;
  private static final int ENTRY_BYTES = 24;
  private static final int DIGEST_BYTES = 32;

  private TemplateFile() {}

  /** The bytes of a file for {@code template}. */
  public static MemorySegment encode(Template template) {
    List<Template.Extent> extents = template.extents();
    long pages = HEADER_BYTES + (long) ENTRY_BYTES * extents.size();
    long end = pages + template.sizeBytes();
    MemorySegment file = MemorySegment.ofArray(new byte[Math.toIntExact(end + DIGEST_BYTES)]);
    file.set(GuestAbi.U64, 0, MAGIC);
    file.set(GuestAbi.U64, 8, VERSION);
    file.set(GuestAbi.U64, 16, template.resume());
    file.set(GuestAbi.U64, 24, template.freeBegin());
    file.set(GuestAbi.U64, 32, template.freeEnd());
    file.set(GuestAbi.U64, 40, extents.size());
    long entry = HEADER_BYTES;
    long at = pages;
    for (Template.Extent extent : extents) {
      long bytes = extent.bytes().byteSize();
      file.set(GuestAbi.U64, entry, extent.address());
      file.set(GuestAbi.U64, entry + 8, bytes);
      file.set(GuestAbi.U64, entry + 16, extent.writable() ? 1 : 0);
      MemorySegment.copy(extent.bytes(), 0, file, at, bytes);
      entry += ENTRY_BYTES;
      at += bytes;
    }
    MemorySegment.copy(digest(file.asSlice(0, end)), 0, file, end, DIGEST_BYTES);
    return file;
  }

  private static MemorySegment digest(MemorySegment bytes) {
    return MemorySegment.ofArray(HexFormat.of().parseHex(Digest.of(bytes).hex()));
  }

  /**
   * The template that a file holds, or null if it is damaged. Its pages are slices of {@code file}.
   * Whether it fits to a program shows when it is used.
   */
  public static @Nullable Template decode(MemorySegment file) {
    long end = file.byteSize() - DIGEST_BYTES;
    if (end < HEADER_BYTES
        || file.get(GuestAbi.U64, 0) != MAGIC
        || file.get(GuestAbi.U64, 8) != VERSION
        || digest(file.asSlice(0, end)).mismatch(file.asSlice(end)) >= 0) {
      return null;
    }
    long count = file.get(GuestAbi.U64, 40);
    if (count < 0 || count > Template.EXTENTS_MAX || count * ENTRY_BYTES > end - HEADER_BYTES) {
      return null;
    }
    List<Template.Extent> extents = new ArrayList<>();
    long at = HEADER_BYTES + count * ENTRY_BYTES;
    for (int i = 0; i < count; i++) {
      long entry = HEADER_BYTES + (long) ENTRY_BYTES * i;
      long bytes = file.get(GuestAbi.U64, entry + 8);
      if (bytes <= 0 || bytes > end - at) {
        return null;
      }
      extents.add(
          new Template.Extent(
              file.get(GuestAbi.U64, entry),
              file.asSlice(at, bytes).asReadOnly(),
              file.get(GuestAbi.U64, entry + 16) != 0));
      at += bytes;
    }
    return at != end
        ? null
        : new Template(
            file.get(GuestAbi.U64, 16),
            file.get(GuestAbi.U64, 24),
            file.get(GuestAbi.U64, 32),
            extents);
  }
}
