package dev.pappus.sandbox;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The memory of a program at its snapshot point, as far as the program could write it, and where a
 * run goes on from there. It knows nothing of any input but static ones. Immutable; any thread may
 * use it.
 *
 * @param resume address of the first instruction
 * @param freeBegin where a run's inputs, tables and heap begin
 * @param freeEnd where they end
 * @param extents what is not zero outside of those, ascending and without overlap, whole pages
 */
public record Template(long resume, long freeBegin, long freeEnd, List<Extent> extents) {
  /** Zero pages between two extents that are kept for the sake of fewer extents. */
  private static final long GAP_BYTES_MAX = 8 * GuestLayout.PAGE_BYTES;

  private static final long EXTENT_BYTES_MAX = 64 << 20;

  /** Backends look at each piece again and again. */
  static final int EXTENTS_MAX = 1024;

  /** Machines take memory in such pieces, however little of one is used. */
  private static final long CHUNK_BYTES = 2 << 20;

  /** Those pieces may be so many times as large as what is in them may be, and two more. */
  private static final int SPREAD_MAX = 2;

  private static final long CHUNKS_MIN = 2;

  private static final MemorySegment ZEROES =
      Arena.global().allocate(GuestLayout.PAGE_BYTES, GuestLayout.PAGE_BYTES);

  public Template {
    extents = List.copyOf(extents);
  }

  /**
   * Pages that follow each other.
   *
   * @param address of the first
   * @param bytes what they hold, read-only
   * @param writable whether runs may write them; data of static items nobody writes
   */
  public record Extent(long address, MemorySegment bytes, boolean writable) {
    /** Pages that runs may write. */
    public Extent(long address, MemorySegment bytes) {
      this(address, bytes, true);
    }

    /** Address behind the last. */
    public long end() {
      return address + bytes.byteSize();
    }
  }

  /** Bytes of all extents. */
  public long sizeBytes() {
    return extents.stream().mapToLong(extent -> extent.bytes().byteSize()).sum();
  }

  /**
   * Takes the template of a run that has left with {@link ExitCodes#TEMPLATE}.
   *
   * @param image what ran
   * @param written at least all pages that are not zero and may be written, ascending, no overlap
   * @param constant those of them that hold data of static items and nothing else
   * @throws ProblemException with GUEST_BAD_OUTPUT if what the guest says of it is not possible, or
   *     GUEST_OUTPUT_LIMIT if it is larger than {@link Limit#TEMPLATE_BYTES}
   */
  public static Template read(
      GuestMemory memory,
      ElfImage image,
      GuestLayout layout,
      List<PageRange> written,
      PageRange constant,
      Limits limits) {
    LibosPlace libos = image.libos();
    if (libos == null) {
      throw impossible("the function has no library OS");
    }
    MemorySegment record = MemorySegment.ofArray(new byte[LibosAbi.TEMPLATE_BYTES]);
    memory.read(libos.template(), record);
    Template empty =
        new Template(
            record.get(GuestAbi.U64, LibosAbi.TEMPLATE_RESUME),
            record.get(GuestAbi.U64, LibosAbi.TEMPLATE_FREE_BEGIN),
            record.get(GuestAbi.U64, LibosAbi.TEMPLATE_FREE_END),
            List.of());
    empty.check(image, layout);
    Reader reader = new Reader(memory, limits);
    for (ImagePages pages : empty.writablePages(image, layout)) {
      for (PageRange range : written) {
        long start = Math.max(pages.start(), range.start());
        long end = Math.min(pages.end(), range.end());
        reader.take(start, Math.min(end, constant.start()), true);
        reader.take(Math.max(start, constant.start()), Math.min(end, constant.end()), false);
        reader.take(Math.max(start, constant.end()), end, true);
      }
      // Whatever comes next may have other rights.
      reader.close();
    }
    return new Template(empty.resume, empty.freeBegin, empty.freeEnd, reader.finish());
  }

  /**
   * Checks every number against the image that it is for.
   *
   * @throws ProblemException with GUEST_BAD_OUTPUT
   */
  void check(ElfImage image, GuestLayout layout) {
    ElfImage.Segment code = image.segmentAt(resume);
    if (code == null || !code.executable()) {
      throw impossible("a template goes on at 0x%x, which is not code", resume);
    }
    long offPage = (freeBegin | freeEnd) & (GuestLayout.PAGE_BYTES - 1);
    if (offPage != 0
        || freeBegin < image.freeBegin()
        || freeEnd > image.freeEnd()
        || freeBegin > freeEnd) {
      throw impossible("a template leaves 0x%x to 0x%x free", freeBegin, freeEnd);
    }
    List<ImagePages> writable = writablePages(image, layout);
    long previousEnd = 0;
    for (Extent extent : extents) {
      boolean whole = (extent.address | extent.bytes.byteSize()) % GuestLayout.PAGE_BYTES == 0;
      boolean inside =
          writable.stream()
              .anyMatch(pages ->
                  extent.address >= pages.start()
                      && extent.address <= pages.end()
                      && extent.bytes.byteSize() <= pages.end() - extent.address);
      if (!whole || extent.address < previousEnd || !inside) {
        throw impossible("a template has memory at 0x%x", extent.address);
      }
      previousEnd = extent.end();
    }
  }

  /** All pages that a run may write before it has inputs, ascending. */
  private List<ImagePages> writablePages(ElfImage image, GuestLayout layout) {
    List<ImagePages> all = new ArrayList<>();
    for (ImagePages pages : ImagePages.of(image.segments())) {
      if (pages.writable()) {
        all.add(pages);
      }
    }
    addFree(all, image.freeBegin(), freeBegin);
    addFree(all, freeEnd, image.freeEnd());
    addFree(all, layout.stackBottom(), layout.contextBytes());
    all.sort(Comparator.comparingLong(ImagePages::start));
    return all;
  }

  private static void addFree(List<ImagePages> all, long start, long end) {
    if (start < end) {
      all.add(new ImagePages(start, end, true, false, false));
    }
  }

  /**
   * The image that runs from this template begin with: what cannot be written as {@code image} has
   * it, the rest as the template has it.
   *
   * @param image the program that the template was made of
   * @throws ProblemException with GUEST_BAD_OUTPUT if it does not fit to it
   */
  ElfImage over(ElfImage image, GuestLayout layout) {
    check(image, layout);
    List<ElfImage.Segment> segments = new ArrayList<>();
    for (ImagePages pages : ImagePages.of(image.segments())) {
      if (!pages.writable()) {
        segments.add(constant(image, pages));
      }
    }
    for (ImagePages pages : writablePages(image, layout)) {
      addWritable(segments, pages);
    }
    segments.sort(Comparator.comparingLong(ElfImage.Segment::address));
    return image.resumed(resume, segments, freeBegin, freeEnd);
  }

  /** Pages as segments have them; several may share one. */
  private static ElfImage.Segment constant(ElfImage image, ImagePages pages) {
    long end = pages.start();
    for (ElfImage.Segment each : image.segments()) {
      if (each.address() <= pages.start() && each.endAddress() >= pages.end()) {
        return slice(each, pages);
      }
      if (each.address() < pages.end()) {
        end = Math.max(end, Math.min(pages.end(), each.address() + each.bytes().byteSize()));
      }
    }
    MemorySegment content = MemorySegment.ofArray(new byte[Math.toIntExact(end - pages.start())]);
    for (ElfImage.Segment each : image.segments()) {
      long from = Math.max(pages.start(), each.address());
      long to = Math.min(end, each.address() + each.bytes().byteSize());
      if (from < to) {
        MemorySegment.copy(
            each.bytes(), from - each.address(), content, from - pages.start(), to - from);
      }
    }
    return new ElfImage.Segment(
        pages.start(),
        content.asReadOnly(),
        pages.end() - pages.start(),
        true,
        false,
        pages.executable());
  }

  /** Pages that lie within one segment, which keeps the bytes. */
  private static ElfImage.Segment slice(ElfImage.Segment whole, ImagePages pages) {
    long bytes = whole.bytes().byteSize();
    long from = Math.min(bytes, pages.start() - whole.address());
    long to = Math.min(bytes, pages.end() - whole.address());
    return new ElfImage.Segment(
        pages.start(),
        whole.bytes().asSlice(from, to - from),
        pages.end() - pages.start(),
        true,
        false,
        pages.executable());
  }

  private void addWritable(List<ElfImage.Segment> segments, ImagePages pages) {
    long at = pages.start();
    for (Extent extent : extents) {
      if (extent.address >= pages.start() && extent.address < pages.end()) {
        addZero(segments, pages, at, extent.address);
        segments.add(
            new ElfImage.Segment(
                extent.address,
                extent.bytes,
                extent.bytes.byteSize(),
                true,
                extent.writable,
                pages.executable()));
        at = extent.end();
      }
    }
    addZero(segments, pages, at, pages.end());
  }

  private static void addZero(
      List<ElfImage.Segment> segments, ImagePages pages, long start, long end) {
    if (start < end) {
      segments.add(
          new ElfImage.Segment(
              start,
              MemorySegment.ofArray(new byte[0]),
              end - start,
              true,
              true,
              pages.executable()));
    }
  }

  private static ProblemException impossible(String detail, Object... arguments) {
    return new ProblemException(
        Problem.of(ProblemCode.GUEST_BAD_OUTPUT, detail, arguments)
            .withHint("the program's runs begin at its start, as if it had no template"));
  }

  /** Collects pages that are not zero. */
  private static final class Reader {
    private final GuestMemory memory;
    private final Limits limits;
    private final MemorySegment page =
        MemorySegment.ofArray(new byte[(int) GuestLayout.PAGE_BYTES]);
    private final List<Extent> found = new ArrayList<>();
    private long start;
    private long end;
    private boolean writable;
    private long total;
    private long chunksEnd;
    private long chunkBytes;

    Reader(GuestMemory memory, Limits limits) {
      this.memory = memory;
      this.limits = limits;
    }

    /** Pages of one kind that may not be zero; there may be none. */
    void take(long from, long to, boolean asWritable) {
      for (long at = from; at < to; at += GuestLayout.PAGE_BYTES) {
        memory.read(at, page);
        if (page.mismatch(ZEROES) >= 0) {
          if (start == end
              || writable != asWritable
              || at - end > GAP_BYTES_MAX
              || at - start >= EXTENT_BYTES_MAX) {
            close();
            start = at;
            writable = asWritable;
          }
          end = at + GuestLayout.PAGE_BYTES;
        }
      }
    }

    /** Ends the extent that is being collected. */
    void close() {
      if (start < end) {
        measure();
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(end - start)]);
        memory.read(start, bytes);
        found.add(new Extent(start, bytes.asReadOnly(), writable));
      }
      start = 0;
      end = 0;
    }

    private void measure() {
      long most = limits.get(Limit.TEMPLATE_BYTES);
      total += end - start;
      if (total > most) {
        throw new ProblemException(
            limits.exceeded(
                ProblemCode.GUEST_OUTPUT_LIMIT, Limit.TEMPLATE_BYTES, "template", total));
      }
      long first = Math.max(chunksEnd, start / CHUNK_BYTES);
      chunksEnd = Math.max(first, (end - 1) / CHUNK_BYTES + 1);
      chunkBytes += (chunksEnd - first) * CHUNK_BYTES;
      if (found.size() >= EXTENTS_MAX
          || chunkBytes > SPREAD_MAX * most + CHUNKS_MIN * CHUNK_BYTES) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.GUEST_OUTPUT_LIMIT,
                    "the program's memory lies in too many pieces for a snapshot")
                .withHint("its runs begin at its start, as if it had no template"));
      }
    }

    List<Extent> finish() {
      return found;
    }
  }
}
