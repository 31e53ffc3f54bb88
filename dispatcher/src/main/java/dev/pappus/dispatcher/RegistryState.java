package dev.pappus.dispatcher;

import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.model.Digest;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Backends;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is registered now: one snapshot for each namespace that holds something. Anyone may read at
 * any time; changes are made one at a time, first in the data folder and then here.
 */
final class RegistryState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

  private static final long HELD_PER_FREE = 4;

  private final DataFolder folder;
  private final Backends backends;
  private final CodeCache code;
  private final Limits limits;
  private final RegistrySnapshot platform;
  private final BlobCleaner cleaner;

  /** Held while something is registered; never by an invocation. */
  private final ReentrantLock writing = new ReentrantLock();

  private volatile Map<Namespace, RegistrySnapshot> snapshots = Map.of();
  private boolean closed;

  /**
   * Nothing but {@code platform} in every namespace.
   *
   * @param code keeps prepared functions
   */
  RegistryState(
      DataFolder folder,
      Backends backends,
      CodeCache code,
      Limits limits,
      RegistrySnapshot platform) {
    this.folder = folder;
    this.backends = backends;
    this.code = code;
    this.limits = limits;
    this.platform = platform;
    this.cleaner = new BlobCleaner(limits.get(Limit.INVOCATION_WALL), this::deleteFree);
  }

  DataFolder folder() {
    return folder;
  }

  Backends backends() {
    return backends;
  }

  CodeCache code() {
    return code;
  }

  Limits limits() {
    return limits;
  }

  RegistrySnapshot platform() {
    return platform;
  }

  /** What {@code namespace} holds; one that nothing is known of holds what every one does. */
  RegistrySnapshot snapshot(Namespace namespace) {
    return snapshots.getOrDefault(namespace, platform);
  }

  /** Makes a change; one at a time. */
  <T> T change(Supplier<T> change) {
    writing.lock();
    try {
      return change.get();
    } finally {
      writing.unlock();
    }
  }

  /** Puts {@code next} in place of what {@code namespace} holds; inside {@link #change}. */
  void replace(Namespace namespace, RegistrySnapshot next) {
    Map<Namespace, RegistrySnapshot> all = new HashMap<>(snapshots);
    if (next.size() == platform.size()) {
      all.remove(namespace);
    } else {
      all.put(namespace, next);
    }
    snapshots = all;
  }

  /** What a start has restored. */
  void restored(Map<Namespace, RegistrySnapshot> all) {
    snapshots = Map.copyOf(all);
  }

  /**
   * Refuses {@code more} entries in {@code namespace} where there is no room for them; inside
   * {@link #change}. What the platform holds takes nobody's room and needs none.
   *
   * @throws ProblemException with REGISTRY_FULL
   */
  void requireRoom(Namespace namespace, int more) {
    if (more == 0 || namespace.equals(Namespace.PLATFORM)) {
      return; // what is replaced has its room
    }
    Map<Namespace, RegistrySnapshot> counted = new HashMap<>(snapshots);
    counted.remove(Namespace.PLATFORM);
    long entries = more;
    for (RegistrySnapshot each : counted.values()) {
      entries += each.size() - platform.size();
    }
    int namespaces = counted.size() + (counted.containsKey(namespace) ? 0 : 1);
    requireAtMost(Limit.REGISTRY_ENTRIES, "functions and compositions", entries);
    requireAtMost(Limit.REGISTRY_NAMESPACES, "namespaces", namespaces);
    requireShare(namespace, more, limits.get(Limit.REGISTRY_ENTRIES) - (entries - more));
  }

  /** A namespace may hold four times what is free, so that there is always room for another one. */
  private void requireShare(Namespace namespace, int more, long free) {
    int held = snapshot(namespace).size() - platform.size();
    if ((held + more - 1) / HELD_PER_FREE >= free - (more - 1)) { // before the last of them
      throw new ProblemException(
          Problem.of(
                  ProblemCode.REGISTRY_FULL,
                  "namespace '%s' holds %d functions and compositions; of the node's %d, %d are free"
                      + " and kept for others",
                  namespace,
                  held,
                  limits.get(Limit.REGISTRY_ENTRIES),
                  free)
              .withHint(
                  "delete what is not needed, or raise limits." + Limit.REGISTRY_ENTRIES.key()));
    }
  }

  private void requireAtMost(Limit limit, String what, long count) {
    if (count > limits.get(limit)) {
      throw new ProblemException(
          limits
              .exceeded(ProblemCode.REGISTRY_FULL, limit, what, count)
              .withHint("delete what is not needed, or raise limits." + limit.key()));
    }
  }

  /** Content that no version refers to any more goes once no run can need it. */
  void free(Set<Digest> content) {
    cleaner.free(content);
  }

  private void deleteFree(Set<Digest> content) {
    writing.lock();
    try {
      if (!closed) {
        Set<Digest> free = folder.database().withoutReference(content);
        free.forEach(folder.blobs()::delete);
        folder.templates().delete(free);
      }
    } catch (ProblemException e) {
      LOG.warn("cannot clear the data folder: {}", e.problem().detail());
    } finally {
      writing.unlock();
    }
  }

  /** Deletes whatever crashes and earlier runs of the node left behind. */
  void deleteLeftovers() {
    writing.lock();
    try {
      if (closed) {
        return;
      }
      Set<Digest> referenced = folder.database().referenced();
      int deleted = folder.blobs().retainOnly(referenced);
      folder.templates().retainOnly(referenced);
      if (deleted > 0) {
        LOG.info("deleted {} files that nothing refers to", deleted);
      }
    } catch (ProblemException e) {
      LOG.warn("cannot clear the data folder: {}", e.problem().detail());
    } finally {
      writing.unlock();
    }
  }

  /** Waits for a change under way and gives the data folder up. */
  @Override
  public void close() {
    cleaner.close();
    writing.lock();
    try {
      closed = true;
      folder.close();
    } finally {
      writing.unlock();
    }
  }
}
