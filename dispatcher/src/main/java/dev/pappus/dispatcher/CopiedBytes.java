package dev.pappus.dispatcher;

import java.util.concurrent.atomic.LongAdder;

/**
 * Bytes of items that were copied between the node and its sandboxes. An edge between two compute
 * functions costs one copy into the next context where results stay in a sealed one, or are
 * gathered in the next, else another out of it. A run that was cut short, to begin again elsewhere,
 * does not count. Any thread may use it.
 *
 * @param in into contexts, before a run
 * @param out of contexts, after it
 */
record CopiedBytes(LongAdder in, LongAdder out) {
  CopiedBytes() {
    this(new LongAdder(), new LongAdder());
  }
}
