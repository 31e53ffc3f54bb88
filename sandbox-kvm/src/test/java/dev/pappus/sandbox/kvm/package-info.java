/** Tests of the KVM backend; those that need KVM carry {@link dev.pappus.sandbox.kvm.NeedsKvm}. */
@NullMarked
package dev.pappus.sandbox.kvm;

import org.jspecify.annotations.NullMarked;
