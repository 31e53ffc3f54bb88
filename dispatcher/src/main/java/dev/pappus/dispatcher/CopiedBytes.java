package dev.pappus.dispatcher;

import java.util.concurrent.atomic.LongAdder;

/**
 * Bytes of items that were copied between the node and its sandboxes. An edge between two compute
 * functions costs both: out of one, into the other. Any thread may use it.
 *
 * @param in into contexts, before a run
 * @param out of contexts, after it
 */
record CopiedBytes(LongAdder in, LongAdder out) {
  CopiedBytes() {
    this(new LongAdder(), new LongAdder());
  }
}
