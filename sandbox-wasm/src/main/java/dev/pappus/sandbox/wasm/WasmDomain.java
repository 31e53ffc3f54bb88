package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.PreparedFunction;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Contexts of one engine. Each is new; a function counts as bound once this engine has run it,
 * since from then on its code is linked and what is hot in it gets compiled further by the JVM.
 */
final class WasmDomain implements MemoryDomain {
  private static final Context.Warmth BOUND = new Context.Warmth(true, false);
  private static final Context.Warmth LOADED = new Context.Warmth(false, false);

  private final MemorySpace.NodeMemory node;
  private final Set<WasmFunction> bound = Collections.newSetFromMap(new WeakHashMap<>());

  WasmDomain(MemorySpace.NodeMemory node) {
    this.node = node;
  }

  @Override
  public WasmContext acquire(PreparedFunction function) {
    if (!(function instanceof WasmFunction own)) {
      throw new IllegalArgumentException("not a function of this backend");
    }
    own.backoff().admit();
    return new WasmContext(
        this, own, bound.add(own) ? LOADED : BOUND, new MemorySpace(own.contextBytes(), node));
  }

  @Override
  public void forget(PreparedFunction function) {
    if (function instanceof WasmFunction own) {
      bound.remove(own);
    }
  }
}
