package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.Composition;
import dev.pappus.language.SignatureLookup;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Signature;
import dev.pappus.model.SourceCode;
import dev.pappus.sandbox.Backends;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is registered on this node, backed by the data folder. In each namespace functions,
 * compositions and the platform's communication functions share one space of names. Any thread may
 * use it; registering never blocks invocations: they read an immutable snapshot. Where no namespace
 * is given, the default one is meant.
 */
public final class Registry implements SignatureLookup, AutoCloseable {
  private final RegistryState state;
  private final FunctionRegistrar functions;
  private final CompositionRegistrar compositions;

  /**
   * Over what {@code folder} holds, which this closes.
   *
   * @param code keeps prepared functions
   */
  Registry(
      DataFolder folder,
      Backends backends,
      CodeCache code,
      Limits limits,
      List<CommunicationEntry> communication) {
    RegistrySnapshot platform = RegistrySnapshot.EMPTY.with(communication);
    this.state = new RegistryState(folder, backends, code, limits, platform);
    this.functions = new FunctionRegistrar(state);
    this.compositions = new CompositionRegistrar(state);
    state.restored(new RegistryRestorer(state).restore());
    var _ = Thread.ofVirtual().name("blob-cleaner").start(state::deleteLeftovers);
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

  /** What {@code namespace} holds now, for as long as the caller wants. */
  RegistrySnapshot snapshot(Namespace namespace) {
    return state.snapshot(namespace);
  }

  /**
   * Registers a compute function; durable when it returns.
   *
   * @throws dev.pappus.model.ProblemException BAD_BINARY, BAD_NAME, BAD_REQUEST (context size,
   *     timeout), NAME_CONFLICT, IN_USE, PRECONDITION_FAILED, PAYLOAD_TOO_LARGE, TOO_MANY_ITEMS,
   *     REGISTRY_FULL or STORAGE_FAILED
   */
  public FunctionDeployed deploy(Namespace namespace, Deployment deployment) {
    return functions.deploy(namespace, deployment);
  }

  /**
   * {@link #deploy} without a precondition.
   *
   * @param binary the ELF file; read during the call only
   */
  public Change registerFunction(
      Namespace namespace, FunctionSpec spec, MemorySegment binary, OnConflict onConflict) {
    return deploy(
            namespace, new Deployment(spec, binary, onConflict, new Precondition.None(), false))
        .change();
  }

  /** {@link #registerFunction} in the default namespace. */
  public Change registerFunction(FunctionSpec spec, MemorySegment binary, OnConflict onConflict) {
    return registerFunction(Namespace.DEFAULT, spec, binary, onConflict);
  }

  /**
   * Forgets a function with all its versions; durable when it returns. Runs under way finish.
   *
   * @return its last version
   * @throws dev.pappus.model.ProblemException UNKNOWN_INVOCABLE, IN_USE, PRECONDITION_FAILED or
   *     STORAGE_FAILED
   */
  public Registered.Function deleteFunction(
      Namespace namespace, String name, Precondition precondition) {
    return functions.delete(namespace, name, precondition);
  }

  /**
   * Makes an earlier version current again; durable when it returns. Rolling back twice returns to
   * the version in between.
   *
   * @param digits of the version as in {@link FunctionReference}, or null for the one that was
   *     current before
   * @throws dev.pappus.model.ProblemException UNKNOWN_INVOCABLE, UNKNOWN_VERSION, IN_USE,
   *     BAD_REQUEST, PRECONDITION_FAILED or STORAGE_FAILED
   */
  public FunctionDeployed rollBack(
      Namespace namespace, String name, @Nullable String digits, Precondition precondition) {
    return functions.rollBack(namespace, name, digits, precondition);
  }

  /**
   * The kept versions of a function, the current one first.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_INVOCABLE or STORAGE_FAILED
   */
  public List<Registered.Function> versions(Namespace namespace, String name) {
    FunctionEntry current = FunctionVersions.current(snapshot(namespace), name);
    return Stream.concat(Stream.of(current), current.earlier().stream().map(KeptVersion::entry))
        .map(FunctionEntry::registered)
        .toList();
  }

  /**
   * The version of a function that {@code reference} names.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_INVOCABLE, UNKNOWN_VERSION, STORAGE_FAILED,
   *     or BAD_REQUEST if several versions begin with its digits
   */
  public Registered.Function version(Namespace namespace, FunctionReference reference) {
    return FunctionVersions.find(snapshot(namespace), reference).registered();
  }

  /**
   * The binary of {@code function}, compared with its digest; blocks.
   *
   * @throws dev.pappus.model.ProblemException BINARY_CORRUPT or STORAGE_FAILED
   */
  public MemorySegment binary(Registered.Function function) {
    return state
        .folder()
        .blobs()
        .read(function.binary(), function.binaryBytes(), BlobStore.ON_HEAP)
        .asReadOnly();
  }

  /**
   * The files that {@code function} was compiled from, compared with their digests; blocks.
   *
   * @return empty if it came as a binary
   * @throws dev.pappus.model.ProblemException BINARY_CORRUPT or STORAGE_FAILED
   */
  public List<Item> source(Registered.Function function) {
    SourceCode source = function.source();
    return source == null ? List.of() : CompiledFrom.read(source, state.folder().blobs());
  }

  /**
   * Registers every composition of a text, or none; durable when it returns.
   *
   * @throws dev.pappus.model.ProblemException COMPOSITION_INVALID with diagnostics, NAME_CONFLICT,
   *     IN_USE, PAYLOAD_TOO_LARGE, REGISTRY_FULL or STORAGE_FAILED
   */
  public CompositionsRegistered registerCompositions(
      Namespace namespace, String text, OnConflict onConflict) {
    return registerCompositions(namespace, text, onConflict, false);
  }

  /**
   * {@link #registerCompositions}.
   *
   * @param dryRun whether to check everything and to change nothing
   */
  public CompositionsRegistered registerCompositions(
      Namespace namespace, String text, OnConflict onConflict, boolean dryRun) {
    return compositions.register(namespace, text, onConflict, dryRun);
  }

  /**
   * Registers the composition {@code name}, the only one of a text; durable when it returns.
   *
   * @param dryRun whether to check everything and to change nothing
   * @throws dev.pappus.model.ProblemException as {@link #registerCompositions}, and
   *     PRECONDITION_FAILED
   */
  public CompositionsRegistered putComposition(
      Namespace namespace, String name, String text, Precondition precondition, boolean dryRun) {
    return compositions.put(namespace, name, text, precondition, dryRun);
  }

  /** What names the content of a composition: the digest of its text. */
  public static Digest versionOf(Composition composition) {
    return Digest.of(MemorySegment.ofArray(composition.text().getBytes(StandardCharsets.UTF_8)));
  }

  /** {@link #registerCompositions} in the default namespace. */
  public CompositionsRegistered registerCompositions(String text, OnConflict onConflict) {
    return registerCompositions(Namespace.DEFAULT, text, onConflict);
  }

  /**
   * Forgets a composition; durable when it returns.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_INVOCABLE, IN_USE or STORAGE_FAILED
   */
  public void deleteComposition(Namespace namespace, String name, Precondition precondition) {
    compositions.delete(namespace, name, precondition);
  }

  /**
   * Checks a text that must hold exactly one composition, without registering it.
   *
   * @throws dev.pappus.model.ProblemException COMPOSITION_INVALID with diagnostics, or
   *     PAYLOAD_TOO_LARGE
   */
  public Composition checkOneShot(Namespace namespace, String text) {
    return compositions.checkOneShot(namespace, text);
  }

  /** {@link #checkOneShot} in the default namespace. */
  public Composition checkOneShot(String text) {
    return checkOneShot(Namespace.DEFAULT, text);
  }

  /** Every function in {@code namespace}, those of the platform included, by name. */
  public List<Registered> functions(Namespace namespace) {
    return list(namespace).stream()
        .filter(each -> !(each instanceof Registered.OfComposition))
        .toList();
  }

  /** The names in {@code namespace}. */
  public Collection<String> names(Namespace namespace) {
    return state.snapshot(namespace).names();
  }

  /** Signatures of what {@code namespace} holds now. */
  public SignatureLookup signatures(Namespace namespace) {
    return state.snapshot(namespace);
  }

  /**
   * What is registered under {@code name}, which may be {@code NAME@sha256:DIGITS}.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_VERSION or BAD_REQUEST about such a version
   */
  public Optional<Registered> find(Namespace namespace, String name) {
    return Optional.ofNullable(state.snapshot(namespace).find(name)).map(Entry::registered);
  }

  /** {@link #find} in the default namespace. */
  public Optional<Registered> find(String name) {
    return find(Namespace.DEFAULT, name);
  }

  /** Everything in {@code namespace}, by name. */
  public List<Registered> list(Namespace namespace) {
    return state.snapshot(namespace).all().stream().map(Entry::registered).toList();
  }

  /** {@link #list} of the default namespace. */
  public List<Registered> list() {
    return list(Namespace.DEFAULT);
  }

  @Override
  public Optional<Signature> signature(String name) {
    return signatures(Namespace.DEFAULT).signature(name);
  }

  @Override
  public Collection<String> names() {
    return names(Namespace.DEFAULT);
  }

  /** Waits for a registration under way and gives the data folder up. */
  @Override
  public void close() {
    state.close();
  }
}
