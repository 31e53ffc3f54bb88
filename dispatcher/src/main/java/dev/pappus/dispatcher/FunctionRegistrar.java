package dev.pappus.dispatcher;

import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.dispatcher.Registry.OnConflict;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.dispatcher.store.SpecDocument;
import dev.pappus.dispatcher.store.StoredSpec;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.BinaryKind;
import dev.pappus.sandbox.FunctionNote;
import dev.pappus.sandbox.LinuxProgram;
import dev.pappus.sandbox.NativeBinary;
import dev.pappus.sandbox.PreparedFunction;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Registers, replaces and removes compute functions. Any thread may use it; all methods block. */
final class FunctionRegistrar {
  private final RegistryState state;

  FunctionRegistrar(RegistryState state) {
    this.state = state;
  }

  FunctionDeployed deploy(Namespace namespace, Deployment deployment) {
    FunctionSpec spec = deployment.spec();
    MemorySegment binary = deployment.binary();
    checkLimits(spec, binary);
    String sandbox = choose(spec, binary);
    PreparedFunction prepared = prepare(spec, binary, sandbox);
    boolean program = isProgram(spec, binary);
    requireOptionsFit(spec, program);
    CompiledFrom compiled = deployment.compiledFrom();
    StoredSpec stored = StoredSpec.of(spec, compiled == null ? null : compiled.source());
    Digest digest = Digest.of(binary);
    Registered.Function function =
        new Registered.Function(
            stored.declared(),
            stored.statics(),
            stored.versionWith(digest),
            digest,
            binary.byteSize(),
            sandbox,
            program,
            stored.source(),
            now());
    return state.change(() -> {
      RegistrySnapshot snapshot = state.snapshot(namespace);
      Entry old = snapshot.find(spec.name());
      deployment.precondition().require(spec.name(), versionOf(old));
      Change change = changeOf(snapshot, function, deployment.onConflict());
      if (change == Change.CREATED) {
        state.requireRoom(namespace, 1);
      }
      if (deployment.dryRun()) {
        return new FunctionDeployed(change, function);
      }
      state.folder().blobs().put(digest, binary);
      stored.putStaticItems(spec, state.folder().blobs());
      if (compiled != null) {
        compiled.put(state.folder().blobs());
      }
      if (change == Change.UNCHANGED && old instanceof FunctionEntry same) {
        return new FunctionDeployed(change, same.registered());
      }
      FunctionRow row = row(namespace, function, stored);
      state.free(state.folder().database().put(row, stored.content(), versionsMax()));
      makeCurrent(row, function, prepared);
      return new FunctionDeployed(change, function);
    });
  }

  private int versionsMax() {
    return Math.max(1, state.limits().count(Limit.FUNCTION_VERSIONS));
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  private static @Nullable Digest versionOf(@Nullable Entry entry) {
    return entry instanceof FunctionEntry function ? function.registered().version() : null;
  }

  private static FunctionRow row(
      Namespace namespace, Registered.Function function, StoredSpec stored) {
    return new FunctionRow(
        namespace,
        function.name(),
        function.version(),
        SpecDocument.encode(stored),
        function.binary(),
        function.binaryBytes(),
        function.sandbox(),
        function.program(),
        function.deployed());
  }

  private void makeCurrent(
      FunctionRow row, Registered.Function function, @Nullable PreparedFunction prepared) {
    RegistrySnapshot snapshot = state.snapshot(row.namespace());
    FunctionEntry old = snapshot.find(row.name()) instanceof FunctionEntry found ? found : null;
    FunctionEntry entry =
        RegistryRestorer.entryOf(
            row,
            function,
            state.folder().blobs(),
            FunctionVersions.before(row.version(), old, state, versionsMax() - 1));
    CodeCache code = state.code();
    if (prepared != null) {
      code.put(entry.code(), prepared);
    }
    state.replace(row.namespace(), snapshot.with(List.of(entry)));
    if (old != null) {
      code.drop(old.code());
    }
  }

  private void checkLimits(FunctionSpec spec, MemorySegment binary) {
    Limits limits = state.limits();
    requireAtMost(
        ProblemCode.PAYLOAD_TOO_LARGE, Limit.BINARY_BYTES, "binary", binary.byteSize(), spec);
    requireAtMost(ProblemCode.BAD_REQUEST, Limit.CONTEXT_MAX, "context", spec.contextBytes(), spec);
    if (spec.contextBytes() <= 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "a context of %d bytes cannot hold a function",
                  spec.contextBytes())
              .withHint("leave the size out for limits.context_default, or give one in bytes")
              .withFunction(spec.name()));
    }
    if (spec.timeoutNanos() <= 0) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "a function needs time to run")
              .withHint("leave the timeout out for limits.function_run, or give one like 10s")
              .withFunction(spec.name()));
    }
    if (spec.timeoutNanos() != FunctionSpec.NO_TIMEOUT) {
      requireAtMost(
          ProblemCode.BAD_REQUEST, Limit.FUNCTION_RUN, "timeout", spec.timeoutNanos(), spec);
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

  private void requireAtMost(
      ProblemCode code, Limit limit, String what, long actual, FunctionSpec spec) {
    if (actual > state.limits().get(limit)) {
      throw new ProblemException(
          state
              .limits()
              .exceeded(code, limit, what + " of '" + spec.name() + "'", actual)
              .withFunction(spec.name()));
    }
  }

  private String choose(FunctionSpec spec, MemorySegment binary) {
    try {
      return state.backends().chooseFor(spec.sandbox(), BinaryKind.of(binary));
    } catch (ProblemException e) {
      throw new ProblemException(e.problem().withFunction(spec.name()), e);
    }
  }

  /** The code; null if there is no backend, but the binary is one that others may run. */
  private @Nullable PreparedFunction prepare(
      FunctionSpec spec, MemorySegment binary, String sandbox) {
    try {
      if (!sandbox.equals(Backends.NONE)) {
        return state.backends().require(sandbox).prepare(binary, spec);
      }
      var _ = FunctionNote.of(binary, spec.contextBytes(), state.limits());
      return null;
    } catch (ProblemException e) {
      throw new ProblemException(e.problem().withFunction(spec.name()), e);
    }
  }

  /** Whether it is a Linux program; the binary has been checked already. */
  private boolean isProgram(FunctionSpec spec, MemorySegment binary) {
    return BinaryKind.of(binary) == BinaryKind.ELF
        && NativeBinary.parse(binary, spec.contextBytes(), state.limits()) instanceof LinuxProgram;
  }

  private static void requireOptionsFit(FunctionSpec spec, boolean program) {
    if (!program && !spec.program().equals(ProgramOptions.DEFAULT)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "arguments and snapshots are for Linux programs, and the binary is none")
              .withHint("give the function items instead, static ones if they never change")
              .withFunction(spec.name()));
    }
  }

  /** What registering would do, or NAME_CONFLICT or IN_USE. */
  private static Change changeOf(
      RegistrySnapshot snapshot, Registered.Function function, OnConflict onConflict) {
    return switch (snapshot.find(function.name())) {
      case null -> Change.CREATED;
      case CompositionEntry other -> throw Conflicts.otherKind("function", other);
      case CommunicationEntry other -> throw Conflicts.otherKind("function", other);
      case FunctionEntry old -> {
        if (old.registered().version().equals(function.version())) {
          yield Change.UNCHANGED;
        }
        if (onConflict == OnConflict.REFUSE) {
          throw Conflicts.otherContent("function", function.name());
        }
        Conflicts.requireUsersFit(snapshot, old, function.signature(), List.of());
        yield Change.REPLACED;
      }
    };
  }

  Registered.Function delete(Namespace namespace, String name, Precondition precondition) {
    return state.change(() -> {
      RegistrySnapshot snapshot = state.snapshot(namespace);
      FunctionEntry entry = FunctionVersions.current(snapshot, name);
      precondition.require(name, entry.registered().version());
      Conflicts.requireUnused(snapshot, name);
      state.free(state.folder().database().deleteFunction(namespace, name));
      state.replace(namespace, snapshot.without(name));
      state.code().drop(entry.code());
      return entry.registered();
    });
  }

  FunctionDeployed rollBack(
      Namespace namespace, String name, @Nullable String digits, Precondition precondition) {
    return state.change(() -> {
      RegistrySnapshot snapshot = state.snapshot(namespace);
      FunctionEntry entry = FunctionVersions.current(snapshot, name);
      precondition.require(name, entry.registered().version());
      FunctionEntry target =
          digits == null
              ? FunctionVersions.previous(snapshot, name)
              : FunctionVersions.find(snapshot, new FunctionReference(name, digits));
      if (target.row().version().equals(entry.row().version())) {
        return new FunctionDeployed(Change.UNCHANGED, entry.registered());
      }
      Conflicts.requireUsersFit(snapshot, entry, target.registered().signature(), List.of());
      FunctionRow row = target.row().deployedAt(now());
      state.folder().database().activate(row);
      Registered.Function function = RegistryRestorer.functionOf(row, state.backends());
      makeCurrent(row, function, null);
      return new FunctionDeployed(Change.REPLACED, function);
    });
  }
}
