/**
 * Compute functions in Linux processes that can do nothing but compute, for hosts without KVM.
 *
 * <p>From outside in: {@link dev.pappus.sandbox.process.ProcessDriver} checks binaries and opens
 * {@link dev.pappus.sandbox.process.ProcessEngine engines}; an engine has a {@link
 * dev.pappus.sandbox.process.Zygote} (guest/process/zygote.c), which makes {@link
 * dev.pappus.sandbox.process.Child children} for functions of one {@link
 * dev.pappus.sandbox.process.Shape shape} to run in; its {@link
 * dev.pappus.sandbox.process.ProcessDomain domain} lends {@link
 * dev.pappus.sandbox.process.ContextFile memory files}, which the node and a child map.
 *
 * <p>Invariants. What a child wrote is looked at only when it is dead and has been waited for, or
 * when the kernel holds it in a system call that the engine has not answered. A run begins with
 * nothing that an earlier one has left, in memory, registers or the kernel's books of the process.
 * Everything that holds memory or a process is nameless and ends with the node, however that ends.
 */
@NullMarked
package dev.pappus.sandbox.process;

import org.jspecify.annotations.NullMarked;
