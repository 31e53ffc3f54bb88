package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.model.SourceCode;
import dev.pappus.model.StaticItem;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function's specification as the node keeps it: static items by digest, their bytes in the blob
 * store. Immutable.
 *
 * @param declared the specification, all input sets without items
 * @param statics its static items, in order
 * @param source what its binary was compiled from; null if it came as a binary
 */
public record StoredSpec(
    FunctionSpec declared, List<StaticItem> statics, @Nullable SourceCode source) {
  public StoredSpec {
    statics = List.copyOf(statics);
  }

  /** What is to be kept of {@code spec} of a function that came as a binary. */
  public static StoredSpec of(FunctionSpec spec) {
    return of(spec, null);
  }

  /** What is to be kept of {@code spec}, and of its source. */
  public static StoredSpec of(FunctionSpec spec, @Nullable SourceCode source) {
    List<StaticItem> statics = new ArrayList<>();
    List<InputSet> inputs = new ArrayList<>();
    for (InputSet input : spec.inputs()) {
      inputs.add(InputSet.dynamic(input.name()));
      for (Item item : input.staticItems()) {
        statics.add(
            new StaticItem(
                input.name(), item.name(), item.key(), Digest.of(item.data()), item.sizeBytes()));
      }
    }
    return new StoredSpec(spec.withInputs(inputs), statics, source);
  }

  /**
   * Names the version of a function that has this specification, source and {@code binary}: equal
   * exactly if all are. The function's name is no part of it.
   */
  public Digest versionWith(Digest binary) {
    String text = SpecDocument.encode(this) + "\n" + binary + "\n";
    return Digest.of(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The same of a function whose owner does not care where it runs. */
  public StoredSpec inAnySandbox() {
    return new StoredSpec(declared.withSandbox(SandboxChoice.AUTO), statics, source);
  }

  /** The specification with those input sets alone that each invocation fills. */
  public FunctionSpec withoutStatics() {
    if (statics.isEmpty()) {
      return declared;
    }
    return declared.withInputs(
        declared.inputs().stream()
            .filter(input -> statics.stream().noneMatch(item -> item.set().equals(input.name())))
            .toList());
  }

  /** Content in the blob store that this refers to. */
  public Set<Digest> content() {
    Set<Digest> content = new HashSet<>();
    statics.forEach(item -> content.add(item.content()));
    if (source != null) {
      source.files().forEach(file -> content.add(file.content()));
    }
    return content;
  }

  /** Stores the bytes of the static items of {@code full}, which this was made of; durable. */
  public void putStaticItems(FunctionSpec full, BlobStore blobs) {
    int next = 0;
    for (InputSet input : full.inputs()) {
      for (Item item : input.staticItems()) {
        blobs.put(statics.get(next++).content(), item.data());
      }
    }
  }

  /**
   * The whole specification, static items read from {@code blobs} into the heap.
   *
   * @throws ProblemException with BINARY_CORRUPT or STORAGE_FAILED if one cannot be read
   */
  public FunctionSpec load(BlobStore blobs) {
    if (statics.isEmpty()) {
      return declared;
    }
    List<InputSet> inputs = new ArrayList<>();
    for (InputSet input : declared.inputs()) {
      List<Item> items = new ArrayList<>();
      for (StaticItem item : statics) {
        if (item.set().equals(input.name())) {
          MemorySegment bytes =
              blobs.read(item.content(), item.sizeBytes(), BlobStore.ON_HEAP).asReadOnly();
          items.add(new Item(item.name(), item.key(), bytes));
        }
      }
      inputs.add(new InputSet(input.name(), items));
    }
    return declared.withInputs(inputs);
  }
}
