package dev.pappus.sandbox.kvm;

import dev.pappus.linux.Errno;
import dev.pappus.linux.LinuxException;

/** Makes machines that have run once: the first run costs three times as much as others. */
final class WarmUp {
  private static final int ATTEMPTS = 100;

  private WarmUp() {}

  /**
   * A blank machine that has run.
   *
   * @throws LinuxException if the host gives no more
   */
  static VirtualMachine machine(MachineType type, long heapBytes) {
    VirtualMachine vm = new VirtualMachine(type, heapBytes);
    boolean warm = false;
    try {
      if (vm.bind(TinyGuest.EXIT) && run(vm) instanceof VmExit.Agreed) {
        vm.wipe(0);
        vm.unbind();
        warm = true;
      }
    } finally {
      if (!warm) {
        vm.close();
      }
    }
    if (!warm) {
      throw new LinuxException("KVM_RUN", Errno.EAGAIN, "a new machine does not run");
    }
    return vm;
  }

  /** Runs the bound guest from its beginning; signals that interrupt it are no end. */
  static VmExit run(VirtualMachine vm) {
    vm.prepareEntry();
    VmExit exit = vm.enter();
    for (int i = 0; exit instanceof VmExit.Interrupted && i < ATTEMPTS; i++) {
      exit = vm.enter();
    }
    return exit;
  }
}
