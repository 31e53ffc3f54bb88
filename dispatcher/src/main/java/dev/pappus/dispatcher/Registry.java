package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.FunctionCode;
import dev.pappus.dispatcher.store.CompositionRow;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.dispatcher.store.SpecDocument;
import dev.pappus.language.Composition;
import dev.pappus.language.SignatureLookup;
import dev.pappus.model.Diagnostic;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.PreparedFunction;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is registered on this node, backed by the data folder. Functions, compositions and
 * communication functions share one name space. Any thread may use it; registering never blocks
 * invocations: they read an immutable snapshot.
 */
public final class Registry implements SignatureLookup, AutoCloseable {
  private final DataFolder folder;
  private final @Nullable ComputeDriver driver;
  private final @Nullable CodeCache code;
  private final Limits limits;

  /** Held while something is registered; never by an invocation. */
  private final ReentrantLock writing = new ReentrantLock();

  private volatile RegistrySnapshot snapshot;
  private boolean closed;

  /**
   * Over what {@code folder} holds, which this closes.
   *
   * @param code keeps prepared functions; null exactly if {@code driver} is
   */
  Registry(
      DataFolder folder,
      @Nullable ComputeDriver driver,
      @Nullable CodeCache code,
      Limits limits,
      List<CommunicationEntry> communication) {
    this.folder = folder;
    this.driver = driver;
    this.code = code;
    this.limits = limits;
    RegistryRestorer restorer = new RegistryRestorer(folder, driver);
    this.snapshot = restorer.restore(RegistrySnapshot.EMPTY.with(communication));
    if (restorer.isWhole()) {
      RegistrySnapshot restored = snapshot;
      var _ = Thread.ofVirtual().name("blob-cleaner").start(() -> cleanFolder(restorer, restored));
    }
  }

  private void cleanFolder(RegistryRestorer restorer, RegistrySnapshot restored) {
    writing.lock();
    try {
      if (!closed) {
        restorer.deleteUnreferenced(List.of(restored, snapshot));
      }
    } finally {
      writing.unlock();
    }
  }

  /** What to do with a name that holds different content. */
  public enum OnConflict {
    /** NAME_CONFLICT; the reference's behaviour. */
    REFUSE,
    /** Replace it; runs under way finish on the old version. */
    REPLACE
  }

  /** What a registration did. */
  public enum Change {
    CREATED,
    UNCHANGED,
    REPLACED
  }

  /**
   * A registered text.
   *
   * @param compositions what it held, with what became of each
   * @param warnings what the checker noticed
   */
  public record CompositionsRegistered(
      List<CompositionChange> compositions, List<Diagnostic> warnings) {
    public CompositionsRegistered {
      compositions = List.copyOf(compositions);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * One composition of a text.
   *
   * @param composition the checked graph
   * @param change what became of it
   */
  public record CompositionChange(Composition composition, Change change) {}

  /** What is registered now, for as long as the caller wants. */
  RegistrySnapshot snapshot() {
    return snapshot;
  }

  /**
   * Registers a compute function; durable when it returns.
   *
   * @param binary the ELF file; read during the call only
   * @throws dev.pappus.model.ProblemException BAD_BINARY, BAD_NAME, BAD_REQUEST (context size),
   *     NAME_CONFLICT, PAYLOAD_TOO_LARGE, TOO_MANY_ITEMS or STORAGE_FAILED
   */
  public Change registerFunction(FunctionSpec spec, MemorySegment binary, OnConflict onConflict) {
    checkLimits(spec, binary);
    PreparedFunction prepared = prepare(spec, binary);
    Digest digest = Digest.of(binary);
    String document = SpecDocument.encode(spec);
    writing.lock();
    try {
      Entry old = snapshot.find(spec.name());
      Change change = changeOf(old, spec, digest, document, onConflict);
      folder.blobs().put(digest, binary);
      SpecDocument.putStaticItems(spec, folder.blobs());
      if (change == Change.UNCHANGED && !isDefect(old)) {
        return change;
      }
      String sandbox = driver == null ? RegistryRestorer.NO_SANDBOX : driver.name();
      folder
          .database()
          .put(new FunctionRow(spec.name(), document, digest, binary.byteSize(), sandbox));
      FunctionCode newCode = new FunctionCode(digest, binary.byteSize(), spec.contextBytes());
      if (code != null && prepared != null) {
        code.put(newCode, prepared);
      }
      Registered.Function registered =
          new Registered.Function(spec, digest, binary.byteSize(), sandbox);
      snapshot = snapshot.with(List.of(new FunctionEntry(registered, document, newCode, null)));
      if (code != null && old instanceof FunctionEntry replaced) {
        code.drop(replaced.code());
      }
      return change;
    } finally {
      writing.unlock();
    }
  }

  private static boolean isDefect(@Nullable Entry entry) {
    return entry instanceof FunctionEntry function && function.defect() != null;
  }

  private void checkLimits(FunctionSpec spec, MemorySegment binary) {
    if (binary.byteSize() > limits.get(Limit.BINARY_BYTES)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.PAYLOAD_TOO_LARGE,
                  Limit.BINARY_BYTES,
                  "binary of '" + spec.name() + "'",
                  binary.byteSize())
              .withFunction(spec.name()));
    }
    if (spec.contextBytes() > limits.get(Limit.CONTEXT_MAX)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.BAD_REQUEST,
                  Limit.CONTEXT_MAX,
                  "context of '" + spec.name() + "'",
                  spec.contextBytes())
              .withFunction(spec.name()));
    }
    if (spec.contextBytes() <= 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "a context of %d bytes cannot hold a function",
                  spec.contextBytes())
              .withHint("leave the size out for limits.context_default, or give one in bytes")
              .withFunction(spec.name()));
    }
    for (InputSet input : spec.inputs()) {
      if (input.staticItems().size() > limits.get(Limit.SET_ITEMS)) {
        throw new ProblemException(
            limits
                .exceeded(
                    ProblemCode.TOO_MANY_ITEMS,
                    Limit.SET_ITEMS,
                    "static set '" + input.name() + "'",
                    input.staticItems().size())
                .withFunction(spec.name()));
      }
    }
  }

  private @Nullable PreparedFunction prepare(FunctionSpec spec, MemorySegment binary) {
    try {
      if (driver != null) {
        return driver.prepare(binary, spec.contextBytes());
      }
      ElfImage.parse(binary, spec.contextBytes(), limits);
      return null;
    } catch (ProblemException e) {
      throw new ProblemException(e.problem().withFunction(spec.name()), e);
    }
  }

  /** What registering would do to {@code old}, or NAME_CONFLICT. */
  private Change changeOf(
      @Nullable Entry old,
      FunctionSpec spec,
      Digest digest,
      String document,
      OnConflict onConflict) {
    return switch (old) {
      case null -> Change.CREATED;
      case CompositionEntry other -> throw Conflicts.otherKind("function", other);
      case CommunicationEntry other -> throw Conflicts.otherKind("function", other);
      case FunctionEntry function -> {
        if (function.document().equals(document) && function.registered().binary().equals(digest)) {
          yield Change.UNCHANGED;
        }
        if (onConflict == OnConflict.REFUSE) {
          throw Conflicts.otherContent("function", spec.name());
        }
        Conflicts.requireUsersFit(snapshot, function, spec.signature(), List.of());
        yield Change.REPLACED;
      }
    };
  }

  /**
   * Registers every composition of a text, or none.
   *
   * @throws dev.pappus.model.ProblemException COMPOSITION_INVALID with diagnostics, NAME_CONFLICT,
   *     PAYLOAD_TOO_LARGE or STORAGE_FAILED
   */
  public CompositionsRegistered registerCompositions(String text, OnConflict onConflict) {
    checkTextLimit(text);
    writing.lock();
    try {
      RegistrySnapshot now = snapshot;
      CompositionTexts.Checked checked = CompositionTexts.check(text, now);
      List<CompositionChange> changes = new ArrayList<>();
      List<CompositionEntry> changed = new ArrayList<>();
      List<CompositionRow> rows = new ArrayList<>();
      List<String> names = checked.compositions().stream().map(Composition::name).toList();
      for (Composition composition : checked.compositions()) {
        Change change = changeOf(now, composition, onConflict, names);
        changes.add(new CompositionChange(composition, change));
        if (change != Change.UNCHANGED) {
          changed.add(RegistryRestorer.entryOf(composition));
          rows.add(new CompositionRow(composition.name(), composition.text()));
        }
      }
      if (!changed.isEmpty()) {
        RegistrySnapshot next = now.with(changed);
        Conflicts.requireNoCycle(next, names);
        folder.database().putAll(rows);
        snapshot = next;
      }
      return new CompositionsRegistered(changes, checked.warnings());
    } finally {
      writing.unlock();
    }
  }

  private static Change changeOf(
      RegistrySnapshot now, Composition composition, OnConflict onConflict, List<String> inText) {
    return switch (now.find(composition.name())) {
      case null -> Change.CREATED;
      case FunctionEntry other -> throw Conflicts.otherKind("composition", other);
      case CommunicationEntry other -> throw Conflicts.otherKind("composition", other);
      case CompositionEntry old -> {
        if (old.registered().composition().text().equals(composition.text())) {
          yield Change.UNCHANGED;
        }
        if (onConflict == OnConflict.REFUSE) {
          throw Conflicts.otherContent("composition", composition.name());
        }
        Conflicts.requireUsersFit(now, old, composition.signature(), inText);
        yield Change.REPLACED;
      }
    };
  }

  private void checkTextLimit(String text) {
    long bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > limits.get(Limit.COMPOSITION_TEXT)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.PAYLOAD_TOO_LARGE, Limit.COMPOSITION_TEXT, "composition text", bytes));
    }
  }

  /**
   * Checks a text that must hold exactly one composition, without registering it.
   *
   * @throws dev.pappus.model.ProblemException COMPOSITION_INVALID with diagnostics, or
   *     PAYLOAD_TOO_LARGE
   */
  public Composition checkOneShot(String text) {
    checkTextLimit(text);
    List<Composition> compositions = CompositionTexts.check(text, snapshot).compositions();
    if (compositions.size() != 1) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.COMPOSITION_INVALID,
                  "the text holds %d compositions instead of one",
                  compositions.size())
              .withHint("send one composition; register those that it uses before"));
    }
    return compositions.getFirst();
  }

  /** What is registered under {@code name}. */
  public Optional<Registered> find(String name) {
    return Optional.ofNullable(snapshot.find(name)).map(Entry::registered);
  }

  /** Everything, by name. */
  public List<Registered> list() {
    return snapshot.all().stream().map(Entry::registered).toList();
  }

  @Override
  public Optional<Signature> signature(String name) {
    return snapshot.signature(name);
  }

  @Override
  public Collection<String> names() {
    return snapshot.names();
  }

  /** Waits for a registration under way and gives the data folder up. */
  @Override
  public void close() {
    writing.lock();
    try {
      closed = true;
      folder.close();
    } finally {
      writing.unlock();
    }
  }
}
