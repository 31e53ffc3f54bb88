package dev.pappus.sandbox.wasm;

import static dev.pappus.sandbox.wasm.ModuleBuilder.END;
import static dev.pappus.sandbox.wasm.ModuleBuilder.bytes;
import static dev.pappus.sandbox.wasm.ModuleBuilder.i32;
import static dev.pappus.sandbox.wasm.ModuleBuilder.i64;
import static dev.pappus.sandbox.wasm.ModuleBuilder.leb;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.WasiCall;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused when a module is registered, and how that reads. */
class ModuleCheckTest {
  private static final int DROP = 0x1A;

  private static WasmDriver driver;

  @BeforeAll
  static void open() {
    driver = new WasmDriver(TestSettings.SETTINGS);
  }

  @AfterAll
  static void close() {
    driver.close();
  }

  private static void assertRefused(MemorySegment module, String... words) {
    assertRefused(driver, module, words);
  }

  private static void assertRefused(WasmDriver by, MemorySegment module, String... words) {
    assertThatThrownBy(() -> by.prepare(module, Guests.CONTEXT_BYTES))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
              for (String each : words) {
                assertThat(e.problem().detail()).contains(each);
              }
              assertThat(e.problem().hint()).isNotBlank();
            });
  }

  private static void assertRefused(ModuleBuilder module, String... words) {
    assertRefused(module.build(), words);
  }

  @Test
  void whatIsNoModuleIsRefused() {
    assertRefused(MemorySegment.ofArray("#!/bin/sh\n".getBytes(StandardCharsets.UTF_8)), "not a");
    assertRefused(Guests.binary("basic"), "not a WebAssembly module");
    assertRefused(MemorySegment.ofArray(new byte[0]), "not a WebAssembly module");
    byte[] module =
        ModuleBuilder.command().build().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    for (int length = 9; length < module.length; length++) {
      assertRefused(MemorySegment.ofArray(Arrays.copyOf(module, length)));
    }
  }

  @Test
  void unknownImportsAreNamedAllAtOnce() {
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    module.importFunction("env", "abort", "iiii:");
    module.importFunction("wasi_snapshot_preview1", "fd_write", "iiii:i");
    module.importFunction("wasi_snapshot_preview1", "fd_fly", "i:i");
    module.importFunction("wasi_snapshot_preview1", "fd_close", "l:i");
    module.importFunction("wasi_unstable", "fd_close", "i:i");
    module.export("_start", 0, module.function(":", ""));
    assertRefused(
        module,
        "env.abort, wasi_snapshot_preview1.fd_fly, wasi_snapshot_preview1.fd_close (with another"
            + " type), wasi_unstable.fd_close");
  }

  @Test
  void everyFunctionOfPreview1CanBeImported() {
    String all =
        """
        args_get:ii args_sizes_get:ii environ_get:ii environ_sizes_get:ii clock_res_get:ii
        clock_time_get:ili fd_advise:illi fd_allocate:ill fd_close:i fd_datasync:i
        fd_fdstat_get:ii fd_fdstat_set_flags:ii fd_fdstat_set_rights:ill fd_filestat_get:ii
        fd_filestat_set_size:il fd_filestat_set_times:illi fd_pread:iiili fd_prestat_get:ii
        fd_prestat_dir_name:iii fd_pwrite:iiili fd_read:iiii fd_readdir:iiili fd_renumber:ii
        fd_seek:ilii fd_sync:i fd_tell:ii fd_write:iiii path_create_directory:iii
        path_filestat_get:iiiii path_filestat_set_times:iiiilli path_link:iiiiiii
        path_open:iiiiillii path_readlink:iiiiii path_remove_directory:iii path_rename:iiiiii
        path_symlink:iiiii path_unlink_file:iii poll_oneoff:iiii proc_raise:i sched_yield:
        random_get:ii sock_accept:iii sock_recv:iiiiii sock_send:iiiii sock_shutdown:ii
        """;
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    for (String each : all.strip().split("\\s+", -1)) {
      String[] parts = each.split(":", -1);
      module.importFunction(WasiCall.MODULE, parts[0], parts[1] + ":i");
    }
    module.importFunction(WasiCall.MODULE, "proc_exit", "i:");
    module.export("_start", 0, module.function(":", ""));
    driver.prepare(module.build(), Guests.CONTEXT_BYTES);
  }

  @Test
  void exportsMustBeThoseOfOneOfTheTwoKinds() {
    assertRefused(new ModuleBuilder(), "no memory");
    assertRefused(new ModuleBuilder().memory(1, 1), "neither _start nor pappus_run");
    ModuleBuilder typed = new ModuleBuilder().memory(1, 1);
    assertRefused(typed.export("_start", 0, typed.function("i:", "")), "_start of the right type");
    ModuleBuilder runOnly = new ModuleBuilder().memory(1, 1);
    int run = runOnly.function("i:i", "", i32(0));
    assertRefused(runOnly.export("pappus_run", 0, run), "pappus_allocate");
    ModuleBuilder hidden = new ModuleBuilder().rawMemory(1, 0, 1);
    assertRefused(hidden.export("_start", 0, hidden.function(":", "")), "exports no memory");
  }

  @Test
  void extensionsAreRefusedByName() {
    byte[] vector = bytes(0xFD, 0x0C, new byte[16], DROP);
    assertRefused(ModuleBuilder.command((Object) vector), "SIMD instructions");
    ModuleBuilder local = new ModuleBuilder().memory(1, 1);
    assertRefused(local.export("_start", 0, local.function(":", "v")), "SIMD");
    ModuleBuilder tail = new ModuleBuilder().memory(1, 1);
    assertRefused(tail.export("_start", 0, tail.function(":", "", 0x12, 0)), "tail calls");
    ModuleBuilder indirect = new ModuleBuilder().memory(1, 1).table(1, 1);
    int type = indirect.type(":");
    assertRefused(
        indirect.export("_start", 0, indirect.function(":", "", i32(0), 0x13, leb(type), 0)),
        "tail calls");
    ModuleBuilder valued = new ModuleBuilder().memory(1, 1);
    valued.rawTable(0x40, 1, 1, 4, 5, 4, 1, 1, 2, 6, 6, 1, 0x7E, 0, 0x42, 1, 0x0B);
    assertRefused(valued.export("_start", 0, valued.function(":", "")), "typed references");
    ModuleBuilder kinds = new ModuleBuilder().memory(1, 1).table(1, 4);
    kinds.rawElement(1, 1, 1, 0);
    assertRefused(kinds.export("_start", 0, kinds.function(":", "")), "typed references");
    ModuleBuilder atomic = ModuleBuilder.command(i32(0), 0xFE, 0x10, 2, 0, DROP);
    assertRefused(atomic.rawMemory(1, 3, 1, 1), "threads");
    assertRefused(ModuleBuilder.command().rawMemory(1, 3, 1, 1), "threads");
    assertRefused(ModuleBuilder.command().rawMemory(2, 0, 1, 0, 1), "several memories");
  }

  @Test
  void memoryLargerThanTheContextIsRefused() {
    MemorySegment large = ModuleBuilder.command().rawMemory(1, 0, leb(2049)).build();
    assertRefused(large, "134283264 bytes of memory", "context of 134217728 bytes");
    MemorySegment huge = ModuleBuilder.command().rawMemory(1, 0, leb(40_000)).build();
    assertThatThrownBy(() -> driver.prepare(huge, 4L << 30)).hasMessageContaining("begins with");
    assertThatThrownBy(() -> driver.prepare(large, 5L << 30))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("limits.context_max");
  }

  @Test
  void modulesThatWouldCostTheCompilerTooMuchAreRefused() {
    assertRefused(
        new WasmDriver(
            new WasmSettings(
                Limits.DEFAULTS, 1 << 20, 100, null, 0, TestSettings.SETTINGS.backoff())),
        ModuleBuilder.command((Object) new byte[200]).build(),
        "code has",
        "at most 100");
    ModuleBuilder locals = new ModuleBuilder().memory(1, 1);
    locals.export("_start", 0, locals.rawFunction(":", bytes(1, leb(5001), 0x7F, END)));
    assertRefused(locals, "5001 local variables");
    ModuleBuilder billions = new ModuleBuilder().memory(1, 1);
    billions.export("_start", 0, billions.rawFunction(":", bytes(1, leb(0xFFFF_FFFFL), 0x7F, END)));
    assertRefused(billions, "4294967295 local variables");
    ModuleBuilder many = new ModuleBuilder().memory(1, 1);
    for (int i = 0; i < 201; i++) {
      many.rawFunction(":", bytes(1, leb(5000), 0x7F, END));
    }
    assertRefused(many.export("_start", 0, 0), "1005000 local variables");
    assertRefused(ModuleBuilder.command((Object) new byte[300_000]), "largest function");
    assertRefused(ModuleBuilder.command().table(200_000, 200_000), "200000 elements");
    WasmDriver small =
        new WasmDriver(
            TestSettings.SETTINGS.withLimits(Limits.DEFAULTS.with(Limit.BINARY_BYTES, 10)));
    assertRefused(small, ModuleBuilder.command().build(), "limits.binary_bytes");
  }

  @Test
  void functionsTooLargeForTheVirtualMachineAreRefusedByName() {
    byte[] much = new byte[0];
    byte[] step = bytes(i64(0x0123456789ABCDEFL), 0x50, DROP);
    for (int i = 0; i < 13; i++) {
      much = i == 0 ? step : bytes(much, much);
    }
    ModuleBuilder module = ModuleBuilder.command(much, much, much);
    assertRefused(module, "function 0 of the module is too large to be compiled");
  }

  @Test
  void hostileShapesEndInABoundedTime() {
    int depth = 60_000;
    byte[] nested = new byte[3 * depth];
    Arrays.fill(nested, 2 * depth, 3 * depth, (byte) END);
    for (int i = 0; i < depth; i++) {
      nested[2 * i] = 0x02;
      nested[2 * i + 1] = 0x40;
    }
    prepareOrRefuse(ModuleBuilder.command((Object) nested));
    byte[] targets = new byte[100_000];
    prepareOrRefuse(
        ModuleBuilder.command(0x02, 0x40, i32(0), 0x0E, leb(targets.length), targets, 0, END));
    ModuleBuilder functions = new ModuleBuilder().memory(1, 1);
    for (int i = 0; i < 20_000; i++) {
      functions.function(":", "");
    }
    prepareOrRefuse(functions.export("_start", 0, 0));
    ModuleBuilder types = new ModuleBuilder().memory(1, 1);
    for (int i = 0; i < 1000; i++) {
      types.repeatedType(":");
      types.function(":", "");
    }
    assertRefused(types.export("_start", 0, 0), "pairs of a function and one of its types");
  }

  @Test
  void branchesThatTheParserWouldFollowTooLongAreRefused() {
    // 40 000 blocks in one another, and 40 000 branches out of all of them: 1.6 billion steps.
    int depth = 40_000;
    byte[] begins = new byte[2 * depth];
    for (int i = 0; i < depth; i++) {
      begins[2 * i] = 0x02;
      begins[2 * i + 1] = 0x40;
    }
    byte[] ends = new byte[depth];
    Arrays.fill(ends, (byte) END);
    ByteArrayOutputStream targets = new ByteArrayOutputStream();
    for (int i = 0; i < depth; i++) {
      targets.writeBytes(leb(depth - 1));
    }
    ModuleBuilder module =
        ModuleBuilder.command(begins, i32(0), 0x0E, leb(depth - 1), targets.toByteArray(), ends);
    assertRefused(module, "1600000000 blocks between branches and targets");
  }

  @Test
  void typesOfManyValuesAreRefusedWhereTheyWouldMultiply() {
    assertRefused(manyResults(1001, 1), "1001 parameters and results of one type");
    assertRefused(manyResults(100, 60_000), "bytes times results of the largest type");
    prepareOrRefuse(manyResults(60, 60_000));
  }

  /** A block with so many results, and conditional branches out of it. */
  private static ModuleBuilder manyResults(int results, int branches) {
    ModuleBuilder module = new ModuleBuilder().memory(1, 1);
    int type = module.type(":" + "i".repeat(results));
    byte[] values = new byte[2 * results];
    for (int i = 0; i < results; i++) {
      values[2 * i] = 0x41;
    }
    byte[] branch = bytes(i32(0), 0x0D, 0);
    byte[] all = new byte[branch.length * branches];
    for (int i = 0; i < branches; i++) {
      System.arraycopy(branch, 0, all, branch.length * i, branch.length);
    }
    byte[] drops = new byte[results];
    Arrays.fill(drops, (byte) DROP);
    // One value below those of the block makes each branch move them.
    int start = module.function(":", "", 0x02, leb(type), i32(0), values, all, 0x0F, END, drops);
    return module.export("_start", 0, start);
  }

  @Test
  void tablesThatWouldFillTheHeapAreRefusedBeforeTheyAreParsed() {
    byte[] indices = new byte[9 << 20];
    assertRefused(
        ModuleBuilder.command().rawSection(9, bytes(1, 3, 0, leb(indices.length), indices)),
        "bytes together");
    byte[] types = new byte[9 << 20];
    for (int i = 0; i < types.length; i += 3) {
      types[i] = 0x60;
    }
    assertRefused(
        ModuleBuilder.command().rawSection(1, bytes(leb(types.length / 3), types)),
        "bytes together");
    byte[] segments = new byte[2 * 100_001];
    for (int i = 0; i < segments.length; i += 2) {
      segments[i] = 1;
    }
    assertRefused(
        ModuleBuilder.command().rawSection(11, bytes(leb(segments.length / 2), segments)),
        "100001 segments");
  }

  @Test
  void countsWithoutBytesBehindThemAreNotBelieved() {
    byte[] count = leb(500_000_000);
    for (byte[] content : List.of(bytes(1, 0x60, count), bytes(1, 0x60, 0, count))) {
      assertRefused(ModuleBuilder.command().rawSection(1, content), "ends inside a section");
    }
    assertRefused(ModuleBuilder.command().rawSection(1, bytes(1, 0x4E, count)), "garbage");
    assertRefused(ModuleBuilder.command().rawSection(1, bytes(1, 0x50, count)), "garbage");
    for (int form : new int[] {1, 3, 5, 7}) {
      assertRefused(
          ModuleBuilder.command().rawSection(9, bytes(1, form, form < 4 ? 0 : 0x70, count)),
          "ends inside a section");
    }
    for (int form : new int[] {0, 4}) {
      assertRefused(
          ModuleBuilder.command().rawSection(9, bytes(1, form, i32(0), END, count)),
          "ends inside a section");
    }
    for (byte[] content : List.of(bytes(1, 1, count), bytes(1, 0, i32(0), END, count))) {
      assertRefused(ModuleBuilder.command().rawSection(11, content), "beyond the end");
    }
  }

  private static void prepareOrRefuse(ModuleBuilder module) {
    MemorySegment binary = module.build();
    long start = System.nanoTime();
    try {
      driver.prepare(binary, Guests.CONTEXT_BYTES);
    } catch (ProblemException e) {
      assertThat(e.problem().code()).isEqualTo(ProblemCode.BAD_BINARY);
    }
    System.out.printf(
        "%d bytes: %d ms%n", binary.byteSize(), (System.nanoTime() - start) / 1_000_000);
  }
}
