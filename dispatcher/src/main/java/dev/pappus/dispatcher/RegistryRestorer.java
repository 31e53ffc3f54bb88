package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.FunctionCode;
import dev.pappus.dispatcher.store.CompositionRow;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.dispatcher.store.SpecDocument;
import dev.pappus.language.Composition;
import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a snapshot of what the data folder holds when a node starts. What cannot be restored is
 * logged and left where it is; it does not keep the node from starting. Binaries are not read here.
 */
final class RegistryRestorer {
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

  /** The backend of functions that were registered on a node without one. */
  static final String NO_SANDBOX = "none";

  private final DataFolder folder;
  private final @Nullable ComputeDriver driver;
  private boolean whole = true;

  RegistryRestorer(DataFolder folder, @Nullable ComputeDriver driver) {
    this.folder = folder;
    this.driver = driver;
  }

  static CompositionEntry entryOf(Composition composition) {
    return new CompositionEntry(
        new Registered.OfComposition(composition), new CompositionPlan(composition));
  }

  /** Whether everything could be restored. */
  boolean isWhole() {
    return whole;
  }

  /** {@code platform} with everything that the folder holds. */
  RegistrySnapshot restore(RegistrySnapshot platform) {
    List<FunctionEntry> functions = new ArrayList<>();
    for (FunctionRow row : folder.database().functions()) {
      FunctionEntry entry = platform.find(row.name()) == null ? restore(row) : null;
      if (entry == null) {
        whole = false;
        LOG.error(
            "function '{}' is not restored: its name or specification is unusable", row.name());
      } else {
        functions.add(entry);
      }
    }
    return restoreCompositions(platform.with(functions));
  }

  private @Nullable FunctionEntry restore(FunctionRow row) {
    try {
      SpecDocument.Decoded decoded = SpecDocument.decode(row.spec(), folder.blobs());
      Problem defect = decoded.defect();
      if (defect != null) {
        whole = false;
        LOG.error("function '{}' has lost static items and cannot run: {}", row.name(), defect);
      }
      String sandbox = driver == null ? row.sandbox() : driver.name();
      return new FunctionEntry(
          new Registered.Function(decoded.spec(), row.binary(), row.binaryBytes(), sandbox),
          row.spec(),
          new FunctionCode(row.binary(), row.binaryBytes(), decoded.spec().contextBytes()),
          defect);
    } catch (IllegalArgumentException | ProblemException e) {
      LOG.error("the specification of function '{}' is damaged", row.name(), e);
      return null;
    }
  }

  /** Compiles until nothing new compiles: a composition may stand before one that it uses. */
  private RegistrySnapshot restoreCompositions(RegistrySnapshot functions) {
    RegistrySnapshot snapshot = functions;
    List<CompositionRow> left = folder.database().compositions();
    int before;
    do {
      before = left.size();
      List<CompositionRow> failed = new ArrayList<>();
      for (CompositionRow row : left) {
        CompositionEntry entry = restore(row, snapshot);
        if (entry == null) {
          failed.add(row);
        } else {
          snapshot = snapshot.with(List.of(entry));
        }
      }
      left = failed;
    } while (!left.isEmpty() && left.size() < before);
    for (CompositionRow row : left) {
      report(row, snapshot);
    }
    return snapshot;
  }

  private static @Nullable CompositionEntry restore(CompositionRow row, RegistrySnapshot snapshot) {
    try {
      List<Composition> found = CompositionTexts.check(row.text(), snapshot).compositions();
      boolean asStored = found.size() == 1 && found.getFirst().name().equals(row.name());
      boolean nameIsFree = snapshot.find(row.name()) == null;
      return asStored && nameIsFree ? entryOf(found.getFirst()) : null;
    } catch (ProblemException e) {
      return null;
    }
  }

  private void report(CompositionRow row, RegistrySnapshot snapshot) {
    whole = false;
    try {
      CompositionTexts.check(row.text(), snapshot);
      LOG.error("composition '{}' is not restored: its name is taken", row.name());
    } catch (ProblemException e) {
      LOG.error(
          "composition '{}' is not restored, it no longer compiles: {} {}",
          row.name(),
          e.problem(),
          e.problem().diagnostics());
    }
  }

  /** Deletes content that none of {@code snapshots} refers to; nobody else may write meanwhile. */
  void deleteUnreferenced(List<RegistrySnapshot> snapshots) {
    Set<Digest> referenced = new HashSet<>();
    for (RegistrySnapshot snapshot : snapshots) {
      for (RegistrySnapshot.Entry entry : snapshot.all()) {
        if (entry instanceof FunctionEntry function) {
          referenced.add(function.registered().binary());
          SpecDocument.collectDigests(function.registered().spec(), referenced);
        }
      }
    }
    try {
      int deleted = folder.blobs().retainOnly(referenced);
      if (deleted > 0) {
        LOG.info("deleted {} files that nothing refers to", deleted);
      }
    } catch (ProblemException e) {
      LOG.warn("cannot clear the data folder: {}", e.problem().detail());
    }
  }
}
