package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A C program for WASI, compiled to WebAssembly and from there to native code. */
@NeedsWabt
class NativeWasiTest {
  /** What argv[1] names is what it does. */
  private static final String PROGRAM =
      """
      #include <dirent.h>
      #include <errno.h>
      #include <fcntl.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <sys/stat.h>
      #include <time.h>
      #include <unistd.h>

      #define CHECK(what) do { if (!(what)) { fprintf(stderr, "%s (%s)\\n", #what, strerror(errno)); exit(9); } } while (0)

      static void spill(const char *path, const char *text) {
        FILE *file = fopen(path, "w");
        CHECK(file != NULL);
        CHECK(fputs(text, file) >= 0);
        CHECK(fclose(file) == 0);
      }

      static void list(const char *path) {
        DIR *directory = opendir(path);
        CHECK(directory != NULL);
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;) printf("%s ", entry->d_name);
        closedir(directory);
        printf("\\n");
      }

      static void copy(void) {
        FILE *in = fopen("/in/data:7/deep/name", "r"), *out = NULL;
        CHECK(in != NULL);
        CHECK(mkdir("/out/result:7", 0777) == 0);
        out = fopen("/out/result:7/copied", "w");
        for (int c; (c = getc(in)) != EOF;) putc(c, out);
        CHECK(fclose(out) == 0);
        CHECK(mkdir("/out/result/a", 0777) == 0);
        spill("/out/result/a/b", "nested");
        spill("/out/result/a.b", "before");
        spill("/result/second", "reference");
        list("/in"); list("/in/data"); list("/data");
        char line[100];
        CHECK(fgets(line, sizeof line, stdin) != NULL);
        printf("%s|%s\\n", line, getenv("COLOUR"));
        fprintf(stderr, "warned\\n");
      }

      static void files(void) {
        CHECK(fopen("/in/data/new", "w") == NULL && errno == EROFS);
        CHECK(fopen("/in/data/one", "r+") == NULL && errno == EROFS);
        CHECK(unlink("/in/data/one") != 0 && errno == EROFS);
        CHECK(fopen("/absent", "r") == NULL && errno == ENOENT);
        CHECK(fopen("/../../in/data/one", "r") != NULL);
        CHECK(symlink("x", "/tmp/y") != 0 && errno == ENOTSUP);
        int fd = open("/tmp/file", O_RDWR | O_CREAT | O_EXCL, 0666);
        CHECK(fd >= 0 && open("/tmp/file", O_RDWR | O_CREAT | O_EXCL, 0666) < 0 && errno == EEXIST);
        CHECK(write(fd, "hello", 5) == 5);
        CHECK(lseek(fd, 100000, SEEK_SET) == 100000 && write(fd, "!", 1) == 1);
        struct stat state;
        CHECK(fstat(fd, &state) == 0 && state.st_size == 100001);
        char bytes[8] = {1, 1, 1, 1, 1, 1, 1, 1};
        CHECK(pread(fd, bytes, 8, 4) == 8 && bytes[0] == 'o' && bytes[1] == 0 && bytes[7] == 0);
        CHECK(ftruncate(fd, 3) == 0 && lseek(fd, 0, SEEK_END) == 3);
        CHECK(ftruncate(fd, 6) == 0 && pread(fd, bytes, 8, 0) == 6 && memcmp(bytes, "hel\\0\\0\\0", 6) == 0);
        CHECK(ftruncate(fd, 1ll << 40) != 0);
        int again = open("/tmp/file", O_WRONLY | O_APPEND);
        CHECK(write(again, "more", 4) == 4 && fstat(fd, &state) == 0 && state.st_size == 10);
        CHECK(read(again, bytes, 1) < 0);
        CHECK(mkdir("/tmp/folder", 0777) == 0 && rename("/tmp/file", "/tmp/folder/moved") == 0);
        CHECK(rmdir("/tmp/folder") != 0 && errno == ENOTEMPTY);
        CHECK(rename("/tmp/folder", "/tmp/folder/inside") != 0 && errno == EINVAL);
        CHECK(unlink("/tmp/folder/moved") == 0 && write(fd, "x", 1) == 1);
        CHECK(rmdir("/tmp/folder") == 0 && stat("/tmp/folder", &state) != 0);
        CHECK(open("/tmp/file", O_RDONLY) < 0 && errno == ENOENT);
        for (int i = 0; i < 300; i++) {
          char name[32];
          snprintf(name, sizeof name, "/tmp/many-%03d", i);
          spill(name, name);
        }
        int count = 0;
        DIR *directory = opendir("/tmp");
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
          if (entry->d_name[0] == 'm') {
            CHECK(unlinkat(dirfd(directory), entry->d_name, 0) == 0);
            count++;
          }
        }
        CHECK(count == 300);
      }

      static void clocks(void) {
        struct timespec a, b;
        CHECK(time(NULL) == 1577836800);
        CHECK(clock_gettime(CLOCK_MONOTONIC, &a) == 0 && clock_gettime(CLOCK_MONOTONIC, &b) == 0);
        CHECK(b.tv_nsec - a.tv_nsec == 1000);
        struct timespec nap = {5, 0};
        CHECK(nanosleep(&nap, NULL) == 0 && clock_gettime(CLOCK_MONOTONIC, &a) == 0);
        CHECK(a.tv_sec == 5);
        unsigned char random[16];
        CHECK(getentropy(random, 3) == 0 && getentropy(random + 3, 13) == 0);
        for (int i = 0; i < 16; i++) printf("%02x", random[i]);
      }

      int main(int argc, char **argv) {
        const char *mode = argc > 1 ? argv[1] : argv[0];
        if (strcmp(mode, "copy") == 0) copy();
        if (strcmp(mode, "files") == 0) files();
        if (strcmp(mode, "count") == 0) {
          int count = 0;
          DIR *directory = opendir("/in/data");
          while (readdir(directory) != NULL) count++;
          printf("%d", count);
        }
        if (strcmp(mode, "clocks") == 0) clocks();
        if (strcmp(mode, "fail") == 0) { fputs("to out\\n", stdout); exit(7); }
        if (strcmp(mode, "both") == 0) { puts("to out"); fflush(stdout); fputs("to err\\n", stderr); abort(); }
        if (strcmp(mode, "stray") == 0) { mkdir("/out/other", 0777); spill("/out/other/x", ""); }
        if (strcmp(mode, "key") == 0) { mkdir("/out/result:x", 0777); mkdir("/out/empty", 0777); spill("/out/result:x/y", ""); }
        if (strcmp(mode, "loose") == 0) { spill("/out/loose", ""); }
        if (strcmp(mode, "words") == 0) for (int i = 2; i < argc; i++) printf("[%s]", argv[i]);
        if (strcmp(mode, "large") == 0) {
          size_t size = 30 << 20;
          char *block = malloc(size);
          CHECK(block != NULL);
          for (size_t i = 0; i < size; i += 4096) { CHECK(block[i] == 0); block[i] = 1; }
          void *volatile too_much = malloc(1u << 30);
          CHECK(too_much == NULL);
        }
        return 0;
      }
      """;

  @Nested
  class ExplicitInProcess extends Suite {
    ExplicitInProcess() {
      super(NativeRun.inProcess());
    }
  }

  @Nested
  @NeedsKvm
  class ExplicitOnKvm extends Suite {
    ExplicitOnKvm() {
      super(NativeRun.onKvm(EntryVariant.NO_IDT, WasmCompiler.Checks.EXPLICIT));
    }
  }

  @Nested
  @NeedsKvm
  class HardwareOnKvm extends Suite {
    HardwareOnKvm() {
      super(NativeRun.onKvm(EntryVariant.NO_IDT, WasmCompiler.Checks.HARDWARE));
    }
  }

  private static final Map<WasmCompiler.Checks, byte[]> BUILT = new HashMap<>();

  abstract static class Suite {
    private final NativeRun sandbox;
    private final PreparedFunction function;

    Suite(NativeRun sandbox) {
      this.sandbox = sandbox;
      byte[] binary =
          BUILT.computeIfAbsent(
              sandbox.checks(),
              checks -> NativeModules.build(NativeModules.compile(PROGRAM), checks));
      function = sandbox.prepare(MemorySegment.ofArray(binary), 128 << 20);
    }

    @AfterEach
    void close() {
      sandbox.close();
    }

    private InstanceResult run(String arguments, Item... data) {
      DataSet standard =
          new DataSet(
              "stdio",
              List.of(
                  Item.ofText("argv", "program " + arguments),
                  Item.ofText("stdin", "a line\nanother\n"),
                  Item.ofText("environ", "COLOUR='dark red' X=1")));
      return sandbox.run(
          function,
          List.of("data", "stdio"),
          List.of("result", "stdio"),
          new DataSet("data", List.of(data)),
          standard);
    }

    private static List<String> texts(InstanceResult result) {
      assertThat(result.problem()).isNull();
      List<String> texts = new ArrayList<>();
      for (DataSet set : result.outputs()) {
        for (Item item : set.items()) {
          texts.add(set.name() + ":" + item.key() + "/" + item.name() + "=" + item.text());
        }
      }
      return texts;
    }

    @Test
    void filesBecomeItemsAndItemsFiles() {
      InstanceResult result =
          run(
              "copy",
              Item.of("deep/name", Key.of(7), new byte[] {'h', 'i'}),
              Item.ofText("one", "1"),
              Item.ofText("one", "2"),
              Item.ofText("", "3"));
      assertThat(texts(result))
          .containsExactly(
              "result:0/a.b=before",
              "result:0/a/b=nested",
              "result:7/copied=hi",
              "result:0/second=reference",
              "stdio:0/stderr=warned\n",
              "stdio:0/stdout=. .. data data:7 stdio \n. .. item one one~2 \n"
                  + ". .. deep item one one~2 \na line\n|dark red\n");
    }

    @Test
    void manyItemsOfOneNameGetNamesOfTheirOwn() {
      Item[] items = new Item[10_000];
      Arrays.setAll(items, i -> Item.ofText("", Integer.toString(i)));
      assertThat(texts(run("count", items))).contains("stdio:0/stdout=10002");
    }

    @Test
    void filesBehaveAsFilesDo() {
      assertThat(texts(run("files", Item.ofText("one", "1")))).hasSize(2);
    }

    @Test
    void clocksAndRandomNumbersAreTheSameEachTime() {
      // SplitMix64 of seed 0 begins with e220a8397b1dcdaf 6e789e6aa1b965f4.
      String expected = "stdio:0/stdout=afcd1d7b39a820e2f465b9a16a9e786e";
      assertThat(texts(run("clocks"))).contains(expected);
      assertThat(texts(run("clocks"))).contains(expected);
    }

    @Test
    void argumentsAreSplitAtBlanksThatNobodyQuotes() {
      assertThat(texts(run("words a\t'b  c'd \"it's\" '' e")))
          .contains("stdio:0/stdout=[a][b  cd][it's][][e]");
    }

    @Test
    void failuresSayWhatWasPrintedLast() {
      Problem exit = Objects.requireNonNull(run("fail").problem());
      assertThat(exit.code()).isEqualTo(ProblemCode.GUEST_EXIT);
      assertThat(Objects.requireNonNull(exit.guest()).exitCode()).isEqualTo(7);
      assertThat(exit.guest().lastWords()).isEqualTo("to out\n");
      Problem trap = Objects.requireNonNull(run("both").problem());
      assertThat(trap.code()).isEqualTo(ProblemCode.GUEST_FAULT);
      assertThat(trap.detail()).isEqualTo("unreachable executed in abort");
      assertThat(Objects.requireNonNull(trap.guest()).lastWords()).isEqualTo("to err\n");
    }

    @Test
    void filesThatNoOutputSetCanTakeAreNamed() {
      assertBadOutput("stray", "the file /out/other/x belongs to no output set of the function");
      assertBadOutput(
          "key", "the file /out/result:x/y cannot be an item: its key is not a number below 2^32");
      assertBadOutput(
          "loose", "the file /out/loose cannot be an item: it lies in no output set's directory");
    }

    private void assertBadOutput(String mode, String why) {
      Problem problem = Objects.requireNonNull(run(mode).problem());
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT);
      assertThat(problem.detail()).endsWith(why);
    }

    @Test
    void memoryGrowsWithAllocationsAndIsZeroEachTime() {
      for (int round = 0; round < 3; round++) {
        assertThat(texts(run("large"))).hasSize(2);
      }
    }
  }

  @Test
  void whatNoSandboxHasIsRefusedByName(@TempDir Path folder) throws Exception {
    String text =
        """
        (module (import "env" "fork" (func)) (import "env" "now" (func))
          (import "wasi_snapshot_preview1" "fd_dance" (func))
          (memory (export "memory") 1) (func (export "_start")))
        """;
    assertRefused(folder, text, "env.fork, env.now, wasi_snapshot_preview1.fd_dance", "imports");
    assertRefused(folder, "(module (func (export \"_start\")))", "'memory'", "memory");
    assertRefused(folder, "(module (memory (export \"memory\") 1))", "_start", "pappus_run");
    assertRefused(
        folder, "(module (import \"a\" \"b\" (memory 1)) (func (export \"_start\")))", "a.b", "no");
    Path broken = Files.write(folder.resolve("broken.wasm"), new byte[] {0, 'a', 's', 'm', 1});
    CommandRun run = CommandRun.of("build", "--native", broken.toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains("broken.wasm", "version");
  }

  @Test
  void namesOfExportsDoNotBecomeCode(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "not a constant");
    for (String end : List.of("*/", "*\\5c\\0a/")) {
      String name = end + "\\0a#include \\22" + secret + "\\22\\0a/*";
      String text =
          """
          (module (memory (export "memory") 1) (func (export "_start"))
            (func (export "%s")))
          """
              .formatted(name);
      assertRefused(folder, text, "could end a comment in C");
    }
  }

  private static void assertRefused(Path folder, String text, String... words) {
    CommandRun run =
        CommandRun.of(
            "build", "--native", NativeModules.assemble(text).toString(), "-o", folder + "/x.elf");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err()).contains(words);
    assertThat(folder.resolve("x.elf")).doesNotExist();
  }

  @Test
  void instructionsThatWasm2cDoesNotKnowAreSaidToBeTheReason(@TempDir Path folder) {
    String text =
        """
        (module (memory (export "memory") 1)
          (func (export "_start") (drop (i32x4.splat (i32.const 1)))))
        """;
    assertRefused(folder, text, "wasm2c could not compile", "SIMD");
  }
}
