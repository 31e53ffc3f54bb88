/**
 * The only package that calls native code: files and mappings, scheduling, timers and KVM, each as
 * a small handle that its owner closes. No {@code Linker} and no {@code MethodHandle} leaves it;
 * memory segments do.
 *
 * <p>Every system call that fails throws {@link dev.pappus.linux.LinuxException}, except where the
 * failure is an ordinary answer ({@link dev.pappus.linux.KvmVcpu#run}).
 */
@NullMarked
package dev.pappus.linux;

import org.jspecify.annotations.NullMarked;
