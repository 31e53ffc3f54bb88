package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.FunctionCode;
import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.dispatcher.store.CompositionRow;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.dispatcher.store.SpecDocument;
import dev.pappus.dispatcher.store.StoredSpec;
import dev.pappus.language.Composition;
import dev.pappus.model.Digest;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.BinaryKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes snapshots of what the data folder holds when a node starts. What cannot be restored is
 * logged and left where it is; it does not keep the node from starting. No binary and no static
 * item is read here: what became of them shows when they are first used.
 */
final class RegistryRestorer {
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

  private final RegistryState state;

  RegistryRestorer(RegistryState state) {
    this.state = state;
  }

  static CompositionEntry entryOf(Composition composition) {
    return new CompositionEntry(
        new Registered.OfComposition(composition), new CompositionPlan(composition));
  }

  /**
   * An entry whose code and static items are read when they are needed.
   *
   * @param row where {@code function} is stored
   * @param earlier the versions before it
   */
  static FunctionEntry entryOf(
      FunctionRow row, Registered.Function function, BlobStore blobs, List<KeptVersion> earlier) {
    StoredSpec stored = new StoredSpec(function.spec(), function.statics(), function.source());
    return new FunctionEntry(
        function,
        new RunnableSpec(stored, blobs),
        new FunctionCode(
            contentOf(function, stored),
            function.binary(),
            function.binaryBytes(),
            stored.withoutStatics(),
            function.sandbox()),
        row,
        earlier);
  }

  /** What names the version whatever it is to run in: what names it anyway, if that is open. */
  private static Digest contentOf(Registered.Function function, StoredSpec stored) {
    return stored.declared().sandbox() == SandboxChoice.AUTO
        ? function.version()
        : stored.inAnySandbox().versionWith(function.binary());
  }

  /**
   * The version that {@code row} holds.
   *
   * @throws IllegalArgumentException if its specification is malformed
   * @throws ProblemException if its specification is not possible
   */
  static Registered.Function functionOf(FunctionRow row, Backends backends) {
    StoredSpec spec = SpecDocument.decode(row.name(), row.spec());
    return new Registered.Function(
        spec.declared(),
        spec.statics(),
        row.version(),
        row.binary(),
        row.binaryBytes(),
        backends.nameFor(spec.declared().sandbox(), kindOf(row)),
        row.program(),
        spec.source(),
        row.deployed());
  }

  /**
   * What the binary is, which is not read for that: the backend that it was registered for tells.
   */
  private static BinaryKind kindOf(FunctionRow row) {
    return row.sandbox().equals(SandboxChoice.WASM.text()) ? BinaryKind.WASM : BinaryKind.ELF;
  }

  /** Everything that the folder holds, over what the platform has. */
  Map<Namespace, RegistrySnapshot> restore() {
    Map<Namespace, Map<String, Entry>> entries = new HashMap<>();
    List<FunctionRow> rows = state.folder().database().functions();
    for (int i = 0; i < rows.size(); ) {
      int end = i + 1;
      while (end < rows.size() && isSameFunction(rows.get(i), rows.get(end))) {
        end++;
      }
      FunctionEntry entry = restore(rows.subList(i, end));
      if (entry != null) {
        FunctionRow row = rows.get(i);
        if (entriesOf(row.namespace(), entries).putIfAbsent(entry.name(), entry) != null) {
          LOG.error("function '{}' is not restored: its name is taken", row.name());
        }
      }
      i = end;
    }
    restoreCompositions(entries);
    Map<Namespace, RegistrySnapshot> snapshots = new HashMap<>();
    entries.forEach((namespace, own) -> snapshots.put(namespace, RegistrySnapshot.over(own)));
    return snapshots;
  }

  private Map<String, Entry> entriesOf(
      Namespace namespace, Map<Namespace, Map<String, Entry>> entries) {
    return entries.computeIfAbsent(
        namespace,
        _ -> {
          Map<String, Entry> own = new HashMap<>();
          state.platform().all().forEach(entry -> own.put(entry.name(), entry));
          return own;
        });
  }

  private static boolean isSameFunction(FunctionRow a, FunctionRow b) {
    return a.name().equals(b.name()) && a.namespace().equals(b.namespace());
  }

  /** Of the versions of one function, the current one first. */
  private @Nullable FunctionEntry restore(List<FunctionRow> versions) {
    FunctionRow row = versions.getFirst();
    BlobStore blobs = state.folder().blobs();
    try {
      List<KeptVersion> earlier =
          versions.subList(1, versions.size()).stream()
              .map(version -> new KeptVersion(version, state.backends(), blobs))
              .toList();
      return entryOf(row, functionOf(row, state.backends()), blobs, earlier);
    } catch (IllegalArgumentException | ProblemException e) {
      LOG.error("the specification of function '{}' is damaged", row.name(), e);
      return null;
    }
  }

  /** Compiles until nothing new compiles: a composition may stand before one that it uses. */
  private void restoreCompositions(Map<Namespace, Map<String, Entry>> entries) {
    List<CompositionRow> left = state.folder().database().compositions();
    int before;
    do {
      before = left.size();
      List<CompositionRow> failed = new ArrayList<>();
      for (CompositionRow row : left) {
        Map<String, Entry> own = entriesOf(row.namespace(), entries);
        CompositionEntry entry = restore(row, RegistrySnapshot.over(own));
        if (entry == null) {
          failed.add(row);
        } else {
          own.put(entry.name(), entry);
        }
      }
      left = failed;
    } while (!left.isEmpty() && left.size() < before);
    for (CompositionRow row : left) {
      report(row, RegistrySnapshot.over(entriesOf(row.namespace(), entries)));
    }
  }

  private static @Nullable CompositionEntry restore(CompositionRow row, RegistrySnapshot known) {
    try {
      List<Composition> found = CompositionTexts.check(row.text(), known).compositions();
      boolean asStored = found.size() == 1 && found.getFirst().name().equals(row.name());
      boolean nameIsFree = known.find(row.name()) == null;
      return asStored && nameIsFree ? entryOf(found.getFirst()) : null;
    } catch (ProblemException e) {
      return null;
    }
  }

  private static void report(CompositionRow row, RegistrySnapshot known) {
    try {
      CompositionTexts.check(row.text(), known);
      LOG.error("composition '{}' is not restored: its name is taken", row.name());
    } catch (ProblemException e) {
      LOG.error(
          "composition '{}' is not restored, it no longer compiles: {} {}",
          row.name(),
          e.problem(),
          e.problem().diagnostics());
    }
  }
}
