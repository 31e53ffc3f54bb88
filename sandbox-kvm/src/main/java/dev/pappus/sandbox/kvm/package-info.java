/**
 * Compute functions in bare KVM virtual machines: no guest kernel, one exit per run (DESIGN section
 * 4).
 *
 * <p>From outside in: {@link dev.pappus.sandbox.kvm.KvmDriver} checks binaries and opens {@link
 * dev.pappus.sandbox.kvm.KvmEngine engines}; an engine's {@link dev.pappus.sandbox.kvm.KvmDomain
 * domain} binds functions to virtual machines that a background thread keeps ready; a {@link
 * dev.pappus.sandbox.kvm.VirtualMachine} is memory, page tables and one vCPU. What stands where in
 * a guest is pure computation: {@link dev.pappus.sandbox.kvm.MemoryPlan} for the function's
 * context, {@link dev.pappus.sandbox.kvm.SystemPages} for the machine's own pages.
 *
 * <p>Invariants. A machine serves one function until it is destroyed or wholly wiped and given
 * other page tables. Page tables in use are never edited, except that the bits that say "written"
 * are cleared together with dropping the page they speak of. Registers, system registers and events
 * are set at every entry. Whatever exit was not agreed on destroys the machine, unless it is known
 * to leave nothing pending.
 */
@NullMarked
package dev.pappus.sandbox.kvm;

import org.jspecify.annotations.NullMarked;
