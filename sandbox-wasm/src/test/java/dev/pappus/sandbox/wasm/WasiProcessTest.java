package dev.pappus.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.PreparedFunction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Arguments, environment, clocks, randomness and waiting; and pointers that lead nowhere. */
class WasiProcessTest {
  private static Wasi wasi(Item... stdio) {
    return new Wasi(List.of(Wasi.set("stdio", stdio)), List.of());
  }

  private static List<String> words(String text) {
    return Words.split(text.getBytes(StandardCharsets.UTF_8)).stream()
        .map(word -> new String(word, StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void textsAreSplitAtBlanksOutsideOfQuotes() {
    assertThat(words("")).isEmpty();
    assertThat(words(" \t\n")).isEmpty();
    assertThat(words("a  b\nc")).containsExactly("a", "b", "c");
    assertThat(words("'a b' \"c 'd'\" e'f g'\"h\"")).containsExactly("a b", "c 'd'", "ef gh");
    assertThat(words("'' x")).containsExactly("", "x");
    assertThat(words("a\\ b 'open c")).containsExactly("a\\", "b", "open c");
  }

  @Test
  void argumentsAndEnvironmentComeFromStdio() {
    Wasi wasi = wasi(Item.ofText("argv", "prog -v 'a b'"), Item.ofText("environ", "A=1 B='2 3'"));
    assertThat(wasi.call("args_sizes_get", 0, 4)).isZero();
    assertThat(wasi.guest.u32(0)).isEqualTo(3);
    assertThat(wasi.guest.u32(4)).isEqualTo(12);
    assertThat(wasi.call("args_get", 100, 200)).isZero();
    assertThat(new String(wasi.memory(200, 12), StandardCharsets.UTF_8))
        .isEqualTo("prog\0-v\0a b\0");
    assertThat(wasi.guest.u32(104)).isEqualTo(205);
    assertThat(wasi.call("environ_get", 100, 200)).isZero();
    assertThat(new String(wasi.memory(200, 10), StandardCharsets.UTF_8)).isEqualTo("A=1\0B=2 3\0");
    Wasi bare = wasi();
    assertThat(bare.call("args_sizes_get", 0, 4)).isZero();
    assertThat(bare.guest.u32(0)).isEqualTo(1);
    assertThat(bare.call("args_get", 100, 200)).isZero();
    assertThat(new String(bare.memory(200, 9), StandardCharsets.UTF_8)).isEqualTo("function\0");
  }

  @Test
  void standardStreamsAreThoseOfTheRun() {
    Wasi wasi = wasi(Item.ofText("stdin", "typed"));
    assertThat(new String(wasi.readAll(0), StandardCharsets.UTF_8)).isEqualTo("typed");
    assertThat(wasi.readAll(0)).isEmpty();
    assertThat(wasi.write(1, "out")).isZero();
    assertThat(wasi.run.lastWords()).isEqualTo("out");
    assertThat(wasi.write(2, "x".repeat(5000) + "é")).isZero();
    assertThat(wasi.run.lastWords()).hasSize(4095).endsWith("xé");
    assertThat(wasi.write(0, "x")).isEqualTo(Errno.BADF);
    assertThat(wasi.call("fd_seek", 1, 0, 0, 64)).isEqualTo(Errno.SPIPE);
  }

  @Test
  void clocksGoOnWithEachLookAndAreTheSameInEveryRun() {
    for (int round = 0; round < 2; round++) {
      Wasi wasi = wasi();
      assertThat(wasi.call("clock_time_get", 0, 1, 64)).isZero();
      assertThat(wasi.guest.u64(64)).isEqualTo(1_577_836_800_000_001_000L);
      assertThat(wasi.call("clock_time_get", 1, 1, 64)).isZero();
      assertThat(wasi.guest.u64(64)).isEqualTo(2000);
      assertThat(wasi.call("clock_res_get", 3, 64)).isZero();
      assertThat(wasi.guest.u64(64)).isEqualTo(1000);
      assertThat(wasi.call("clock_time_get", 4, 1, 64)).isEqualTo(Errno.INVAL);
    }
  }

  private static void subscribe(Wasi wasi, int at, long user, int clock, long nanos, int flags) {
    wasi.guest.fields(at, 48).u64(0, user).u8(8, 0).u32(16, clock).u64(24, nanos).u16(40, flags);
  }

  @Test
  void waitingReturnsAtOnceAndTimePasses() {
    Wasi wasi = wasi();
    subscribe(wasi, 1000, 7, 1, 5_000_000_000L, 0);
    subscribe(wasi, 1048, 8, 1, 1_000_000_000L, 0);
    assertThat(wasi.call("poll_oneoff", 1000, 2000, 2, 64)).isZero();
    assertThat(wasi.result()).isEqualTo(1);
    assertThat(wasi.guest.u64(2000)).isEqualTo(8);
    assertThat(wasi.call("clock_time_get", 1, 1, 64)).isZero();
    assertThat(wasi.guest.u64(64)).isEqualTo(1_000_001_000L);
    subscribe(wasi, 1000, 9, 0, 1_577_836_900_000_000_000L, 1);
    assertThat(wasi.call("poll_oneoff", 1000, 2000, 1, 64)).isZero();
    assertThat(wasi.call("clock_time_get", 1, 1, 64)).isZero();
    assertThat(wasi.guest.u64(64)).isEqualTo(100_000_001_000L);
    subscribe(wasi, 1000, 9, 1, -1, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(wasi.call("poll_oneoff", 1000, 2000, 1, 64)).isZero();
      assertThat(wasi.result()).isEqualTo(1);
    }
    assertThat(wasi.call("clock_time_get", 0, 1, 64)).isZero();
    assertThat(wasi.guest.u64(64)).isPositive();
    assertThat(wasi.call("poll_oneoff", 1000, 2000, 0, 64)).isEqualTo(Errno.INVAL);
    assertThat(wasi.call("poll_oneoff", 1000, 2000, 5000, 64)).isEqualTo(Errno.INVAL);
  }

  @Test
  void randomBytesAreOneStreamOfSplitMix64() {
    Wasi wasi = wasi();
    assertThat(wasi.call("random_get", 0, 5)).isZero();
    assertThat(wasi.call("random_get", 5, 11)).isZero();
    // The first two numbers of SplitMix64 from seed 0: e220a8397b1dcdaf, 6e789e6aa1b965f4
    assertThat(HexFormat.of().formatHex(wasi.memory(0, 16)))
        .isEqualTo("afcd1d7b39a820e2f465b9a16a9e786e");
    assertThat(wasi.call("random_get", 1000, 200_000)).isZero();
  }

  @Test
  void pointersOutsideOfMemoryAreFaults() {
    Wasi wasi = wasi();
    long end = wasi.memory.sizeBytes();
    for (long address : new long[] {end, end - 1, 0xFFFF_FFFFL, 0x8000_0000L}) {
      assertThat(wasi.call("clock_time_get", 0, 1, address)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("random_get", address, 2)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("fd_write", 1, address, 1, 64)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("args_get", address, 0)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("path_open", 3, 0, address, 9, 0, 2, 2, 0, 64)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("fd_prestat_get", 3, address)).isEqualTo(Errno.FAULT);
      assertThat(wasi.call("fd_readdir", 3, address, 100, 0, 64)).isEqualTo(Errno.FAULT);
    }
    assertThat(wasi.call("random_get", 0, 0xFFFF_FFFFL)).isEqualTo(Errno.FAULT);
    // Records of which only the second lies beyond 32 bits do not go on at address 0.
    assertThat(wasi.call("poll_oneoff", 0xFFFF_FFD0L, 0, 2, 64)).isEqualTo(Errno.FAULT);
    wasi.guest.putU32(200, 0xFFFF_FFFFL);
    wasi.guest.putU32(204, 2);
    assertThat(wasi.call("fd_write", 1, 200, 1, 64)).isEqualTo(Errno.FAULT);
    assertThat(wasi.call("fd_read", 0, 0, 5000, 64)).isEqualTo(Errno.INVAL);
    for (long descriptor : new long[] {4, 1023, 1024, 0xFFFF_FFFFL}) {
      assertThat(wasi.call("fd_close", descriptor)).isEqualTo(Errno.BADF);
      assertThat(wasi.call("fd_read", descriptor, 0, 1, 64)).isEqualTo(Errno.BADF);
    }
    assertThat(wasi.call("sock_accept", 3, 0, 0)).isEqualTo(Errno.NOTSUP);
    assertThat(wasi.call("proc_raise", 6)).isEqualTo(Errno.NOSYS);
    assertThat(wasi.call("sched_yield")).isZero();
  }

  @Test
  void theRootIsTheOnlyPreopenedDirectory() {
    Wasi wasi = wasi();
    assertThat(wasi.call("fd_prestat_get", 3, 64)).isZero();
    assertThat(wasi.guest.u64(64)).isEqualTo(1L << 32);
    assertThat(wasi.call("fd_prestat_dir_name", 3, 100, 1)).isZero();
    assertThat(wasi.memory(100, 1)).isEqualTo(new byte[] {'/'});
    assertThat(wasi.call("fd_prestat_get", 0, 64)).isEqualTo(Errno.BADF);
    assertThat(wasi.call("fd_prestat_get", 4, 64)).isEqualTo(Errno.BADF);
  }

  @Test
  void textsThatWouldBeTooManyWordsAreRefusedBeforeTheyAreSplit() {
    try (Runs runs = new Runs()) {
      PreparedFunction function =
          runs.driver().prepare(ModuleBuilder.command(0x01).build(), Guests.CONTEXT_BYTES);
      for (String name : List.of("argv", "environ")) {
        DataSet most = Wasi.set("stdio", Item.ofText(name, "a ".repeat(1 << 19)));
        assertThat(runs.run(function, List.of("stdio"), List.of(), most).problem()).isNull();
        DataSet more = Wasi.set("stdio", Item.ofText(name, "a ".repeat(1 << 19) + "a"));
        Problem problem =
            Objects.requireNonNull(runs.run(function, List.of("stdio"), List.of(), more).problem());
        assertThat(problem.code()).isEqualTo(ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(problem.detail()).contains(name).contains("1048577");
      }
    }
  }
}
