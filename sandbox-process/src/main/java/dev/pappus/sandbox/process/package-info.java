/**
 * Compute functions in Linux processes that can do nothing but compute, for hosts without KVM.
 *
 * <p>From outside in: {@link dev.pappus.sandbox.process.ProcessDriver} checks binaries and opens
 * {@link dev.pappus.sandbox.process.ProcessEngine engines}; an engine has a {@link
 * dev.pappus.sandbox.process.Zygote} (guest/process/zygote.c), which makes a child for each run;
 * its {@link dev.pappus.sandbox.process.ProcessDomain domain} lends {@link
 * dev.pappus.sandbox.process.ContextFile memory files}, which the node and the child map.
 *
 * <p>Invariants. A child is never used twice. What it wrote is looked at only when it is dead and
 * has been waited for. Everything that holds memory or a process is nameless and ends with the
 * node, however that ends.
 */
@NullMarked
package dev.pappus.sandbox.process;

import org.jspecify.annotations.NullMarked;
