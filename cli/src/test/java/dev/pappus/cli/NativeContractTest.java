package dev.pappus.cli;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ConcurrencyContract;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.FunctionContract;
import dev.pappus.sandbox.HostileContract;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** Native code of WebAssembly modules does what every function must, whoever checks its bounds. */
@NeedsWabt
class NativeContractTest {
  /** The module's memory is a part of the context: 320 KiB at first, and some to grow. */
  private static final long LEAST_BYTES = 640 << 10;

  private static final List<String> PROBES = List.of("probe", "probe-O0", "probe-O3");

  private static ComputeDriver kvm(EntryVariant variant) {
    return new KvmDriver(
        KvmSettings.DEFAULTS
            .withVariant(variant)
            .withWarmBlanks(1)
            .withBackoff(new FaultBackoff.Settings(1_000_000, 1, 1)));
  }

  private static MemorySegment explicit(String guest) {
    return NativeModules.ofGuest(guest, WasmCompiler.Checks.EXPLICIT);
  }

  private static MemorySegment hardware(String guest) {
    return NativeModules.ofGuest(guest, WasmCompiler.Checks.HARDWARE);
  }

  @Nested
  class ExplicitInProcess extends FunctionContract {
    @Override
    protected ComputeDriver driver() {
      return NativeRun.processes();
    }

    @Override
    protected MemorySegment binary(String guest) {
      return explicit(guest);
    }

    @Override
    protected List<String> probes() {
      return PROBES;
    }

    @Override
    protected long smallContextBytes() {
      return LEAST_BYTES;
    }
  }

  @Nested
  @NeedsKvm
  class ExplicitOnKvm extends FunctionContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.NO_IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return explicit(guest);
    }

    @Override
    protected List<String> probes() {
      return PROBES;
    }

    @Override
    protected long smallContextBytes() {
      return LEAST_BYTES;
    }
  }

  @Nested
  @NeedsKvm
  class HardwareWithoutIdt extends FunctionContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.NO_IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return hardware(guest);
    }

    @Override
    protected List<String> probes() {
      return PROBES;
    }
  }

  @Nested
  @NeedsKvm
  class HardwareWithIdt extends FunctionContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return hardware(guest);
    }

    @Override
    protected List<String> probes() {
      return PROBES;
    }
  }

  @Nested
  class HostileInProcess extends HostileContract {
    @Override
    protected ComputeDriver driver() {
      return NativeRun.processes();
    }

    @Override
    protected MemorySegment binary(String guest) {
      return explicit(guest);
    }
  }

  @Nested
  @NeedsKvm
  class HostileExplicit extends HostileContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.NO_IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return explicit(guest);
    }
  }

  @Nested
  @NeedsKvm
  class HostileHardwareWithoutIdt extends HostileContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.NO_IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return hardware(guest);
    }
  }

  @Nested
  @NeedsKvm
  class HostileHardwareWithIdt extends HostileContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return hardware(guest);
    }
  }

  @Nested
  @NeedsKvm
  class ConcurrentHardware extends ConcurrencyContract {
    @Override
    protected ComputeDriver driver() {
      return kvm(EntryVariant.NO_IDT);
    }

    @Override
    protected MemorySegment binary(String guest) {
      return hardware(guest);
    }
  }
}
