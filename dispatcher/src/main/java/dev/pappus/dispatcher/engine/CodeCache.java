package dev.pappus.dispatcher.engine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.pappus.dispatcher.store.BlobStore;
import dev.pappus.dispatcher.store.TemplateFiles;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.StartLevel;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.PageCache;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.TemplateSlot;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Prepared code in memory, bounded by what it occupies. One thread at a time loads a function;
 * others that want it meanwhile are not blocked but called back. Any thread may use it.
 */
public final class CodeCache {
  /** Larger code takes too long to read for a thread that does other things as well. */
  private static final long SHARED_LOAD_BYTES_MAX = 256 << 10;

  /** Caffeine's weights are ints; in KiB they reach 2 TiB. */
  private static final long WEIGHT_UNIT_BYTES = 1024;

  /** What part of it code may fill that was registered and has not run: who knows if it will. */
  private static final long UNUSED_SHARE = 32;

  private final Backends backends;
  private final BlobStore blobs;
  private final TemplateFiles templates;
  private final long templateBytesMax;
  private final long templatesBytesMax;
  private final Cache<FunctionCode, PreparedFunction> cache;
  private final ConcurrentMap<FunctionCode, Load> loads = new ConcurrentHashMap<>();
  private final long unusedCapacityBytes;
  private final ConcurrentMap<FunctionCode, Unused> unused = new ConcurrentHashMap<>();
  private final AtomicLong unusedBytes = new AtomicLong();
  private final AtomicLong loaded = new AtomicLong();

  /**
   * A cache of at most limits.code_cache.
   *
   * @param onEvicted told of everything that leaves, on the thread that brought it about
   */
  public CodeCache(
      Backends backends,
      BlobStore blobs,
      TemplateFiles templates,
      Limits limits,
      Consumer<PreparedFunction> onEvicted) {
    this.backends = backends;
    this.blobs = blobs;
    this.templates = templates;
    this.templateBytesMax = limits.get(Limit.TEMPLATE_BYTES);
    this.templatesBytesMax = limits.get(Limit.TEMPLATES_STORED);
    this.unusedCapacityBytes = limits.get(Limit.CODE_CACHE) / UNUSED_SHARE;
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(limits.get(Limit.CODE_CACHE) / WEIGHT_UNIT_BYTES)
            .weigher((FunctionCode code, PreparedFunction function) -> weight(function))
            .removalListener(
                (@Nullable FunctionCode code,
                    @Nullable PreparedFunction function,
                    com.github.benmanes.caffeine.cache.RemovalCause cause) -> {
                  if (function != null) {
                    onEvicted.accept(function);
                  }
                })
            .executor(Runnable::run)
            .build();
  }

  private static int weight(PreparedFunction function) {
    return (int) Math.min(Integer.MAX_VALUE, function.residentBytes() / WEIGHT_UNIT_BYTES + 1);
  }

  /** What a look-up found. */
  public sealed interface Lookup {}

  /**
   * The code.
   *
   * @param function prepared by the driver
   * @param from where it was
   */
  public record Found(PreparedFunction function, StartLevel.Code from) implements Lookup {}

  /**
   * It cannot be had.
   *
   * @param problem why
   */
  public record Missing(Problem problem) implements Lookup {}

  /** Another thread is loading it; the waiter is called when that has ended. */
  public record LoadedElsewhere() implements Lookup {}

  /**
   * The code of a function, read from its file by this thread if it is nowhere warmer.
   *
   * @param waiter called once, on another thread, if and only if the result is {@link
   *     LoadedElsewhere}: with null when another look-up is worth while, else with the problem
   */
  public Lookup lookup(FunctionCode code, Consumer<@Nullable Problem> waiter) {
    while (true) {
      PreparedFunction cached = cache.getIfPresent(code);
      if (cached == null) {
        cached = firstUse(code);
      }
      if (cached != null) {
        return new Found(cached, StartLevel.Code.LOADED);
      }
      Load own = new Load();
      Load other = loads.putIfAbsent(code, own);
      if (other == null) {
        return Objects.requireNonNull(load(code, own, true));
      }
      if (other.await(waiter)) {
        return new LoadedElsewhere();
      }
    }
  }

  /**
   * Whether the code can probably run on a thread that does other things as well: it is in memory
   * and no template has to be made, or it is small and in the page cache, perhaps. Its backend
   * allows it.
   */
  public boolean mayShareThread(FunctionCode code) {
    return readyToShareThread(code) != null || isReadAtOnce(code);
  }

  /**
   * The code for such a thread, which does not wait for a disk; null if the code has to be had, and
   * run, elsewhere.
   *
   * @param onDisk called if that is because of a disk
   */
  public @Nullable Found sharingThread(FunctionCode code, Runnable onDisk) {
    PreparedFunction ready = readyToShareThread(code);
    if (ready != null) {
      return new Found(ready, StartLevel.Code.LOADED);
    }
    Load own = new Load();
    if (!isReadAtOnce(code) || loads.putIfAbsent(code, own) != null) {
      return null;
    }
    return switch (load(code, own, false)) {
      case Found found -> found;
      case Missing _, LoadedElsewhere _ -> null; // whoever looks again is told why
      case null -> {
        onDisk.run();
        yield null;
      }
    };
  }

  private boolean isReadAtOnce(FunctionCode code) {
    return code.needsNoTemplate()
        && code.binaryBytes() <= SHARED_LOAD_BYTES_MAX
        && backends.require(code.sandbox()).sharesThreads();
  }

  /** Whether the code is in memory. */
  public boolean holds(FunctionCode code) {
    return unused.containsKey(code) || cache.getIfPresent(code) != null;
  }

  /** The code if it is in memory, no template has to be made, and its backend allows it. */
  private @Nullable PreparedFunction readyToShareThread(FunctionCode code) {
    PreparedFunction cached = cache.getIfPresent(code);
    if (cached == null || !backends.require(code.sandbox()).sharesThreads()) {
      return null;
    }
    TemplateSlot slot = cached.templateSlot();
    return slot == null || slot.isSettled() || !code.spec().program().snapshot() ? cached : null;
  }

  /**
   * What {@link #put} has kept; from now on in the cache. It moves in one step of the cache:
   * another look-up finds it before or after, and what {@link #drop} drops meanwhile does not come
   * back.
   */
  private @Nullable PreparedFunction firstUse(FunctionCode code) {
    return cache.asMap().computeIfAbsent(code, this::takeUnused);
  }

  private @Nullable PreparedFunction takeUnused(FunctionCode code) {
    Unused kept = unused.remove(code);
    if (kept == null) {
      return null;
    }
    unusedBytes.addAndGet(-kept.bytes());
    return kept.function();
  }

  /** Reads it; null if the disk would have to be waited for and may not. */
  private @Nullable Lookup load(FunctionCode code, Load own, boolean mayWait) {
    Problem failure =
        Problem.of(ProblemCode.INTERNAL, "the function's code could not be loaded")
            .withHint("please report this with the node's log of this moment");
    try {
      Found found = readFresh(code, mayWait);
      failure = null;
      if (found != null) {
        cache.put(code, found.function());
      }
      return found;
    } catch (ProblemException e) {
      failure = e.problem();
      return new Missing(e.problem());
    } finally {
      loads.remove(code, own);
      own.end(failure);
    }
  }

  /**
   * Reads the file and prepares it even if the code is in memory; only its conduct so far is not
   * forgotten.
   *
   * @throws ProblemException with BINARY_CORRUPT, STORAGE_FAILED, BAD_BINARY or SANDBOX_UNAVAILABLE
   */
  public Found readAgain(FunctionCode code) {
    Found fresh = Objects.requireNonNull(readFresh(code, true));
    PreparedFunction kept = cache.asMap().putIfAbsent(code, fresh.function());
    var _ = takeUnused(code);
    return kept == null ? fresh : new Found(fresh.function().accountedWith(kept), fresh.from());
  }

  private @Nullable Found readFresh(FunctionCode code, boolean mayWait) {
    try (Arena arena = Arena.ofConfined()) {
      PageCache.Content binary = blobs.read(code.binary(), code.binaryBytes(), arena, mayWait);
      if (binary == null) {
        return null;
      }
      PreparedFunction function =
          backends.require(code.sandbox()).prepare(binary.bytes(), code.spec());
      keepTemplate(code, function);
      code.loadedWith(function.templateSlot() != null);
      loaded.getAndIncrement();
      return new Found(function, binary.fromMemory() ? StartLevel.Code.FILE : StartLevel.Code.DISK);
    }
  }

  /**
   * Offers code that a registration has prepared. It is kept for its first use if there is room for
   * such; else it is read from its file then. What waits for a use is never evicted for newer code:
   * its memory outside of the heap would go only when an old generation is collected.
   */
  public void put(FunctionCode code, PreparedFunction function) {
    long bytes = function.residentBytes();
    if (unusedBytes.addAndGet(bytes) <= unusedCapacityBytes) {
      keepTemplate(code, function);
      unused.put(code, new Unused(function, bytes));
    } else {
      unusedBytes.addAndGet(-bytes);
    }
  }

  private void keepTemplate(FunctionCode code, PreparedFunction function) {
    TemplateSlot slot = function.templateSlot();
    String processor = slot == null ? "" : backends.require(code.sandbox()).processor();
    // A template of an unknown processor might meet another one.
    if (slot != null && !processor.isEmpty()) {
      slot.keepIn(
          templates.of(
              code.binary(),
              TemplateKeys.of(code, slot.libos(), processor),
              templateBytesMax,
              templatesBytesMax,
              () -> weighAgain(code, function)));
    }
  }

  /** A template has come to the code, if the cache still holds it. */
  private void weighAgain(FunctionCode code, PreparedFunction function) {
    var _ = cache.asMap().replace(code, function, function);
  }

  /** Drops the code of a version that was replaced. */
  public void drop(FunctionCode code) {
    // In this order: what a look-up took first is in the cache, or on its way under its lock.
    var _ = takeUnused(code);
    cache.invalidate(code);
  }

  /** How often code was read from a file. */
  public long loaded() {
    return loaded.get();
  }

  /** Bytes of all code in the cache. */
  public long residentBytes() {
    long sum = unusedBytes.get();
    for (PreparedFunction function : cache.asMap().values()) {
      sum += function.residentBytes();
    }
    return sum;
  }

  /**
   * Code that has not run.
   *
   * @param bytes what it occupied when it was put here; a template may come to it
   */
  private record Unused(PreparedFunction function, long bytes) {}

  /** A load under way and who waits for it. */
  private static final class Load {
    private final List<Consumer<@Nullable Problem>> waiters = new ArrayList<>();
    private boolean ended;

    synchronized boolean await(Consumer<@Nullable Problem> waiter) {
      if (!ended) {
        waiters.add(waiter);
      }
      return !ended;
    }

    void end(@Nullable Problem failure) {
      synchronized (this) {
        ended = true;
      }
      for (Consumer<@Nullable Problem> waiter : waiters) {
        waiter.accept(failure);
      }
    }
  }
}
