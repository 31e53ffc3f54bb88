package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.HINT_BUILD;
import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The library OS (guest/libos): code that answers a program's system calls beside it in the guest.
 * Read once, put at a context's own address for each program. Immutable; any thread may use it.
 */
public final class Libos {
  private static final String FILE = "libos.elf";
  private static final long SPAN_BYTES_MAX = 16 << 20;
  private static final int RELOCATION_BYTES = 24;
  private static final long RELATIVE = 8;

  private final MemorySegment file;
  private final ElfHeaders headers;
  private final ElfSymbols symbols;
  private final long spanBytes;
  private final List<Relocation> relocations;
  private volatile @Nullable Digest digest;

  /** The word at {@code address} becomes {@code addend} above where the library OS lies. */
  private record Relocation(long address, long addend) {}

  private Libos(MemorySegment file) {
    this.file = file;
    headers = ElfHeaders.read(new ElfFile(file), new ElfHeaders.Place(0, 0, SPAN_BYTES_MAX));
    symbols = ElfSymbols.read(headers);
    spanBytes = GuestLayout.pageCeiling(headers.segments().getLast().endAddress());
    relocations = readRelocations();
    if (!headers.positionIndependent()) {
      throw bad(HINT_BUILD, "not position-independent");
    }
    // Whatever is wrong shows here, not when the first program comes.
    var _ = at(SPAN_BYTES_MAX, new byte[LibosAbi.START_BYTES]);
  }

  /**
   * Reads the library OS.
   *
   * @param guestBuild the folder that the guest programs were built into
   * @throws ProblemException with SANDBOX_UNAVAILABLE if it is not there or damaged
   */
  public static Libos in(Path guestBuild) {
    Path file = guestBuild.resolve(FILE);
    try {
      return of(MemorySegment.ofArray(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw unavailable("the library OS cannot be read: " + e, e);
    } catch (ProblemException e) {
      throw unavailable("the library OS (%s) is damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static ProblemException unavailable(String detail, Exception cause) {
    return new ProblemException(
        Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "%s", detail)
            .withHint("install Pappus anew, or build it: make -C guest"),
        cause);
  }

  /**
   * Takes the library OS apart.
   *
   * @throws ProblemException with BAD_BINARY if it is none
   */
  static Libos of(MemorySegment file) {
    return new Libos(file);
  }

  /** Of its file. Taken when it is first asked for, which a node does not when it starts. */
  Digest digest() {
    Digest known = digest;
    if (known == null) {
      known = Digest.of(file);
      digest = known;
    }
    return known;
  }

  /** As another that was read from an equal file. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Libos that && digest().equals(that.digest());
  }

  @Override
  public int hashCode() {
    return digest().hashCode();
  }

  /** Whole pages that it fills. */
  long spanBytes() {
    return spanBytes;
  }

  /** The library OS at its address in a context. */
  record Placed(
      long entry,
      List<ElfImage.Segment> segments,
      long controlBlock,
      OptionalLong logRing,
      List<SymbolTable.Symbol> symbols,
      LibosPlace place) {}

  /**
   * Puts it at an address.
   *
   * @param base of a whole page
   * @param start its start record
   */
  Placed at(long base, byte[] start) {
    long record = symbols.requireData(LibosAbi.START_SYMBOL, LibosAbi.START_BYTES, "its start");
    List<ElfImage.Segment> segments = new ArrayList<>();
    for (ElfImage.Segment each : headers.segments()) {
      byte[] bytes = each.bytes().toArray(ValueLayout.JAVA_BYTE);
      if (each.contains(record, LibosAbi.START_BYTES)) {
        int end = Math.toIntExact(record - each.address() + LibosAbi.START_BYTES);
        bytes = bytes.length < end ? java.util.Arrays.copyOf(bytes, end) : bytes;
        System.arraycopy(start, 0, bytes, end - LibosAbi.START_BYTES, LibosAbi.START_BYTES);
      }
      MemorySegment content = MemorySegment.ofArray(bytes);
      for (Relocation relocation : relocations) {
        if (each.contains(relocation.address(), Long.BYTES)) {
          content.set(
              GuestAbi.U64, relocation.address() - each.address(), base + relocation.addend());
        }
      }
      segments.add(
          new ElfImage.Segment(
              base + each.address(),
              content.asReadOnly(),
              each.memoryBytes(),
              each.readable(),
              each.writable(),
              each.executable()));
    }
    return new Placed(
        base + headers.entry(),
        segments,
        base + symbols.requireData(GuestAbi.CONTROL_SYMBOL, GuestAbi.CONTROL_BYTES, "its inputs"),
        OptionalLong.of(
            base + symbols.requireData(GuestAbi.LOG_SYMBOL, GuestAbi.LOG_BYTES, "its log")),
        symbols.code().stream()
            .map(each -> new SymbolTable.Symbol(base + each.address(), each.name()))
            .toList(),
        new LibosPlace(
            this,
            base,
            base + spanBytes,
            base + record,
            base
                + symbols.requireData(
                    LibosAbi.TEMPLATE_SYMBOL, LibosAbi.TEMPLATE_BYTES, "its templates"),
            base + symbols.requireCode(LibosAbi.SYSCALL_SYMBOL, "where calls arrive"),
            base + symbols.requireCode(LibosAbi.SIGNAL_SYMBOL, "where signals arrive")));
  }

  private List<Relocation> readRelocations() {
    ElfDynamic dynamic = headers.dynamic();
    if (dynamic.needsLibraries() || dynamic.otherRelocations()) {
      throw bad(HINT_BUILD, "it wants a dynamic linker");
    }
    List<Relocation> found = new ArrayList<>();
    long left = dynamic.relocationBytes();
    for (long at = dynamic.relocations(); left > 0; at += RELOCATION_BYTES) {
      MemorySegment entry = loaded(at, RELOCATION_BYTES);
      long address = entry.get(GuestAbi.U64, 0);
      if (entry.get(GuestAbi.U64, 8) != RELATIVE) {
        throw bad(HINT_BUILD, "it has a relocation of type %d", entry.get(GuestAbi.U64, 8));
      }
      var _ = loaded(address, Long.BYTES);
      found.add(new Relocation(address, entry.get(GuestAbi.U64, 16)));
      left -= RELOCATION_BYTES;
    }
    return List.copyOf(found);
  }

  /** Bytes that the file has for an address. */
  private MemorySegment loaded(long address, long bytes) {
    for (ElfImage.Segment each : headers.segments()) {
      long inside = address - each.address();
      if (inside >= 0 && inside <= each.bytes().byteSize() - bytes) {
        return each.bytes().asSlice(inside, bytes);
      }
    }
    throw bad(HINT_BUILD, "a relocation at 0x%x lies outside of what is loaded", address);
  }
}
