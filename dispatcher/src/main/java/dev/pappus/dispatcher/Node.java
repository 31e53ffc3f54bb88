package dev.pappus.dispatcher;

import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.CommunicationPool;
import dev.pappus.dispatcher.engine.EnginePool;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.language.PartitionSettings;
import dev.pappus.model.Limits;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What all invocations of a node share.
 *
 * @param name shown in problems
 * @param partition how any-sets are cut
 * @param compute what runs compute functions
 * @param communication for communication functions
 * @param results memory for what instances leave
 * @param timeouts of invocations
 * @param internalErrors exceptions that should not have been
 */
record Node(
    String name,
    Limits limits,
    PartitionSettings partition,
    Compute compute,
    CommunicationPool communication,
    ResultBudget results,
    Timeouts timeouts,
    AtomicLong internalErrors) {
  /**
   * What runs compute functions.
   *
   * @param engines the engines
   * @param code where their code comes from
   * @param copied what went in and out
   */
  record Compute(EnginePool engines, CodeCache code, CopiedBytes copied) {}
}
