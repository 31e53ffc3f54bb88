package dev.pappus.sandbox.process;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.linux.FileDescriptor;
import dev.pappus.linux.Mapping;
import dev.pappus.linux.MemoryFile;
import dev.pappus.model.ItemBytes;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestMemory;
import dev.pappus.sandbox.PageRange;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one context: a file that the node maps as a whole, and a child as its function's
 * image says. The kernel knows which of its pages exist; all others are zero. Belongs to the thread
 * of its engine, but others may read what a context lends, and write where inputs are collected.
 */
final class ContextFile implements GuestMemory, AutoCloseable {
  /** So much is kept in any case: to give pages back and take them again costs ten times more. */
  static final long KEPT_BYTES_MIN = 2 << 20;

  /** After so many runs all is given back for once, to see what the function still uses. */
  static final long RUNS_BEFORE_REVIEW = 64;

  /** And then each time after so many: it costs a fault for each page, not to be seen in a p99. */
  static final long RUNS_PER_REVIEW = 1024;

  /** Pages in more pieces than these are given back as a whole: to look at each would take long. */
  static final int EXTENTS_MAX = 512;

  private final MemoryFile file;
  private final Mapping mapping;
  private final MemorySegment memory;
  private final ResidentBudget budget;
  private @Nullable ProcessFunction bound;
  private @Nullable Shape shape;
  private List<PageRange> present = List.of();

  /** Whether all of {@code present} was written here: the kernel drops no such page. */
  private boolean presentIsWritten = true;

  /** What was in memory before the bound function used any of it. */
  private long inheritedBytes;

  private long chargedBytes;
  private long runs;
  private long idleSinceNanos;

  ContextFile(long contextBytes, ResidentBudget budget) {
    this.budget = budget;
    file = MemoryFile.create("pappus-context", contextBytes);
    try {
      mapping = file.map();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
    memory = mapping.segment();
  }

  FileDescriptor descriptor() {
    return file.descriptor();
  }

  @Nullable ProcessFunction bound() {
    return bound;
  }

  /** Whether its child, if it has one, can serve {@code function}. */
  boolean isAlike(ProcessFunction function) {
    return function.shape().equals(shape);
  }

  /** What was in memory when it was cleaned or bound: worth being mapped before the next run. */
  List<PageRange> present() {
    return present;
  }

  /** All pages that exist, ascending; the others are zero. */
  List<PageRange> inMemory() {
    return inMemory(Integer.MAX_VALUE);
  }

  /** The first {@code rangesMax} ranges of pages that exist, ascending. */
  private List<PageRange> inMemory(int rangesMax) {
    List<PageRange> found = new ArrayList<>();
    for (long end, at = file.nextPresent(0);
        at < file.sizeBytes() && found.size() < rangesMax;
        at = file.nextPresent(end)) {
      end = file.nextAbsent(at);
      found.add(new PageRange(at, end));
      if (end >= file.sizeBytes()) {
        break;
      }
    }
    return found;
  }

  /** Whether it keeps more for the next run than it does in any case. */
  boolean keepsMuch() {
    return Extents.sizeBytes(present) > KEPT_BYTES_MIN;
  }

  /** What it keeps in memory between runs. */
  long keptBytes() {
    return chargedBytes;
  }

  /**
   * Bytes that are in memory at most once some of it has been read, and that are charged to nobody:
   * to read a page through the mapping makes it, if it was not there.
   *
   * @param readBytes bytes of the pages that will be read
   */
  long unchargedBytes(long readBytes) {
    long bytes = Math.min(file.presentBytes() + readBytes, file.sizeBytes());
    return Math.max(0, bytes - chargedBytes);
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  void restSince(long nanos) {
    idleSinceNanos = nanos;
  }

  /** Fills in the image of a function, into memory that it has where that is possible. */
  void bind(ProcessFunction function) {
    unbind();
    bound = function;
    shape = function.shape();
    runs = 0;
    // No more than it uses itself: each of its runs will clean all of that.
    List<PageRange> blank = trim(present, Math.max(KEPT_BYTES_MIN, function.usedBytes()));
    present = new ArrayList<>(blank.size());
    for (PageRange extent : blank) {
      addWritable(present, function, extent.start(), extent.end());
    }
    inheritedBytes = Extents.sizeBytes(present);
    charge(function.constantBytes() + inheritedBytes);
    for (ElfImage.Segment segment : function.image().segments()) {
      if (!function.writes(segment)) {
        write(segment.address(), segment.bytes());
      }
    }
    restoreData(function);
  }

  /**
   * Whether nothing is in memory but {@code present} and the constants of the bound function. The
   * kernel tells in one call how many pages there are; to find them takes two for each range. All
   * of these have been written and so are among them: if there are just as many, there is no other.
   * (Before Linux 5.16 a memory error of the hardware could take a page out of the file, and one
   * new page would then go unseen.)
   */
  boolean isAccountedFor(ProcessFunction function) {
    return presentIsWritten
        && file.presentBytes()
            == Extents.sizeBytes(present) + Extents.sizeBytes(function.constantPages());
  }

  /**
   * Makes it blank: bound to nothing, and all zero. It has been cleaned, so that only the image is
   * left; its memory stays for the next function, as far as there is room.
   */
  void unbind() {
    ProcessFunction function = bound;
    if (function == null) {
      return;
    }
    bound = null;
    List<PageRange> all;
    if (isAccountedFor(function)) {
      all = Extents.merge(present, function.constantPages());
    } else {
      all = inMemory(EXTENTS_MAX + 1);
      presentIsWritten = false;
    }
    if (all.size() > EXTENTS_MAX) {
      file.drop(0, file.sizeBytes());
      present = List.of();
      presentIsWritten = true;
      charge(0);
    } else {
      for (ElfImage.Segment segment : function.image().segments()) {
        zero(segment.address(), segment.address() + segment.bytes().byteSize());
      }
      present = trim(all, chargeUpTo(0, Extents.sizeBytes(all)));
    }
  }

  /**
   * Removes what a run has left. Nobody else may be able to write to it any more.
   *
   * @return false if that was in so many pieces that nothing of it is kept
   */
  boolean clean() {
    ProcessFunction function = Objects.requireNonNull(bound);
    List<PageRange> written = isAccountedFor(function) ? present : writablePresent(function);
    if (written.size() > EXTENTS_MAX) {
      List<PageRange> all = new ArrayList<>();
      addWritable(all, function, 0, file.sizeBytes());
      giveBack(function, all);
      return false;
    }
    long usedBytes = Extents.sizeBytes(written);
    if (usedBytes > inheritedBytes) {
      function.hasUsed(usedBytes);
    }
    runs++;
    if (runs % RUNS_PER_REVIEW == RUNS_BEFORE_REVIEW) {
      giveBack(function, written);
      return true;
    }
    long kept = chargeUpTo(function.constantBytes(), usedBytes);
    present = keepFirst(function, written, kept);
    restoreData(function);
    return true;
  }

  /** Gives back what is only kept because it may be used again. */
  void economise() {
    ProcessFunction function = bound;
    if (present.isEmpty()) {
      return;
    }
    if (function == null) {
      present = trim(present, 0);
      charge(0);
    } else {
      giveBack(function, present);
    }
  }

  private void giveBack(ProcessFunction function, List<PageRange> extents) {
    present = keepFirst(function, extents, 0);
    inheritedBytes = 0;
    charge(function.constantBytes());
    restoreData(function);
  }

  /**
   * Charges what is needed, and what would be good to keep: {@link #KEPT_BYTES_MIN} of that in any
   * case, the rest if there is room for it.
   *
   * @return how much may be kept
   */
  private long chargeUpTo(long neededBytes, long wantedBytes) {
    long kept = Math.min(wantedBytes, KEPT_BYTES_MIN);
    charge(neededBytes + kept);
    if (wantedBytes > kept && budget.tryCharge(wantedBytes - kept)) {
      chargedBytes += wantedBytes - kept;
      kept = wantedBytes;
    }
    return kept;
  }

  private void charge(long bytes) {
    budget.refund(chargedBytes);
    budget.charge(bytes);
    chargedBytes = bytes;
  }

  /**
   * The pages in memory that the function could have written, ascending; the first of very many.
   */
  private List<PageRange> writablePresent(ProcessFunction function) {
    List<PageRange> found = new ArrayList<>();
    long at = 0;
    while (at < file.sizeBytes() && found.size() <= EXTENTS_MAX) {
      long start = file.nextPresent(at);
      if (start >= file.sizeBytes()) {
        break;
      }
      long end = file.nextAbsent(start);
      addWritable(found, function, start, end);
      at = end;
    }
    return found;
  }

  private static void addWritable(
      List<PageRange> found, ProcessFunction function, long start, long end) {
    long at = start;
    for (MappedRange range : function.ranges()) {
      if (!range.writable() && range.end() > at && range.start() < end) {
        if (range.start() > at) {
          found.add(new PageRange(at, range.start()));
        }
        at = range.end();
      }
    }
    if (at < end) {
      found.add(new PageRange(at, end));
    }
  }

  /**
   * Zeroes the first {@code bytes} of some pages, but for what is filled in anew in any case; gives
   * the others back. What was kept.
   *
   * @param extents ascending
   */
  private List<PageRange> keepFirst(ProcessFunction function, List<PageRange> extents, long bytes) {
    List<PageRange> kept = trim(extents, bytes);
    presentIsWritten = true;
    List<ElfImage.Segment> data = function.data();
    int next = 0;
    for (PageRange extent : kept) {
      long at = extent.start();
      for (; next < data.size() && data.get(next).address() < extent.end(); next++) {
        ElfImage.Segment segment = data.get(next);
        zero(at, segment.address());
        at = Math.max(at, segment.address() + segment.bytes().byteSize());
        if (at > extent.end()) {
          // It reaches into the next piece as well.
          break;
        }
      }
      zero(at, extent.end());
    }
    return kept;
  }

  /** The first {@code bytes} of some pages, in whole pages; gives the others back. */
  private List<PageRange> trim(List<PageRange> extents, long bytes) {
    List<PageRange> kept = new ArrayList<>(extents.size());
    long left = bytes;
    for (PageRange extent : extents) {
      long split = extent.start() + Math.min(left, extent.sizeBytes()) / PAGE * PAGE;
      left -= split - extent.start();
      if (split > extent.start()) {
        kept.add(new PageRange(extent.start(), split));
      }
      if (split < extent.end()) {
        file.drop(split, extent.end() - split);
      }
    }
    return kept;
  }

  private void zero(long start, long end) {
    if (start < end) {
      memory.asSlice(start, end - start).fill((byte) 0);
    }
  }

  /** Fills in what the function may have overwritten, and charges what of it was not kept. */
  private void restoreData(ProcessFunction function) {
    long taken = 0;
    int first = 0;
    for (ElfImage.Segment segment : function.data()) {
      write(segment.address(), segment.bytes());
      taken += segment.bytes().byteSize();
      long end = segment.address() + segment.bytes().byteSize();
      while (first < present.size() && present.get(first).end() <= segment.address()) {
        first++;
      }
      for (int i = first; i < present.size() && present.get(i).start() < end; i++) {
        PageRange extent = present.get(i);
        taken -= Math.min(end, extent.end()) - Math.max(segment.address(), extent.start());
      }
    }
    budget.charge(taken);
    chargedBytes += taken;
  }

  @Override
  public long sizeBytes() {
    return file.sizeBytes();
  }

  @Override
  public void write(long address, ItemBytes source) {
    source.copyTo(0, memory.asSlice(address, source.sizeBytes()));
  }

  @Override
  public void read(long address, MemorySegment target) {
    MemorySegment.copy(memory, address, target, 0, target.byteSize());
  }

  @Override
  public void close() {
    charge(0);
    mapping.close();
    file.close();
  }
}
