package dev.pappus.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import run.endive.runtime.WasmInterruptedException;

/** The files of a command: what it finds, what it may do, and what becomes of what it leaves. */
class WasiFilesTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);

  private static Wasi none() {
    return new Wasi(List.of(), List.of("result"));
  }

  private static Item keyed(String name, int key, String text) {
    return Item.of(name, Key.of(key), text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void inputsAreFilesBySetKeyAndName() {
    Wasi wasi =
        new Wasi(
            List.of(
                Wasi.set(
                    "a", Item.ofText("x", "zero"), keyed("x", 7, "seven"), keyed("d/y", 7, "in d")),
                DataSet.empty("b"),
                Wasi.set("tmp", Item.ofText("t", "in tmp"))),
            List.of("result", "stdio"));
    assertThat(wasi.text("in/a/x")).isEqualTo("zero");
    assertThat(wasi.text("/in/a:7/x")).isEqualTo("seven");
    assertThat(wasi.text("in/a:7/./d/../d/y")).isEqualTo("in d");
    assertThat(wasi.text("in/tmp/t")).isEqualTo("in tmp");
    assertThat(wasi.text("a/x")).isEqualTo("zero");
    assertThat(wasi.text("a/x~2")).isEqualTo("seven");
    assertThat(wasi.list("in", 4096)).containsExactly(".", "..", "a", "a:7", "b", "tmp");
    assertThat(wasi.list("in/b", 4096)).containsExactly(".", "..");
    assertThat(wasi.list("tmp", 4096)).containsExactly(".", "..");
    assertThat(wasi.list("out", 4096)).containsExactly(".", "..", "result");
    assertThat(wasi.list("/", 4096)).contains("in", "out", "tmp", "a", "b", "result");
  }

  @Test
  void itemsWithoutANameOfTheirOwnGetOne() {
    Wasi wasi =
        new Wasi(
            List.of(
                Wasi.set(
                    "a",
                    Item.ofText("", "1"),
                    Item.ofText("", "2"),
                    Item.ofText("item~2", "3"),
                    Item.ofText("f", "4"),
                    Item.ofText("f", "5"),
                    Item.ofText("f/g", "6"),
                    Item.ofText("h/", "7"),
                    Item.ofText("h", "8"))),
            List.of());
    Map<String, String> expected =
        Map.of(
            "item",
            "1",
            "item~2",
            "2",
            "item~2~2",
            "3",
            "f",
            "4",
            "f~2",
            "5",
            "f~3/g",
            "6",
            "h/item",
            "7",
            "h~2",
            "8");
    expected.forEach(
        (path, text) -> assertThat(wasi.text("in/a/" + path)).as(path).isEqualTo(text));
  }

  @Test
  void inputsCannotBeChanged() {
    Wasi wasi = new Wasi(List.of(Wasi.set("a", Item.ofText("x", "text"))), List.of());
    for (String path : List.of("in/a/x", "a/x")) {
      assertThat(wasi.open(path, 0, Rights.READ | Rights.WRITE)).isEqualTo(-Errno.ROFS);
      assertThat(wasi.create(path)).isEqualTo(-Errno.ROFS);
      assertThat(wasi.path("path_unlink_file", path)).isEqualTo(Errno.ROFS);
      assertThat(wasi.rename(path, "tmp/x")).isEqualTo(Errno.ROFS);
      int descriptor = wasi.read(path);
      assertThat(wasi.write(descriptor, "y")).isEqualTo(Errno.BADF);
      assertThat(wasi.call("fd_filestat_set_size", descriptor, 0)).isEqualTo(Errno.BADF);
    }
    for (String path : List.of("in/new", "in/a/new", "a/new")) {
      assertThat(wasi.create(path)).isEqualTo(-Errno.ROFS);
      assertThat(wasi.path("path_create_directory", path)).isEqualTo(Errno.ROFS);
    }
    assertThat(wasi.put("tmp/y", "y")).isZero();
    assertThat(wasi.rename("tmp/y", "in/a/x")).isEqualTo(Errno.ROFS);
    assertThat(wasi.text("in/a/x")).isEqualTo("text");
  }

  @Test
  void nothingLeadsAboveTheRoot() {
    Wasi wasi = new Wasi(List.of(Wasi.set("a", Item.ofText("x", "text"))), List.of());
    assertThat(wasi.text("../../in/../../../in/a/x")).isEqualTo("text");
    assertThat(wasi.text("/../in/a/x")).isEqualTo("text");
    assertThat(wasi.read("../etc/passwd")).isEqualTo(-Errno.NOENT);
    assertThat(wasi.read("in/a/x/..")).isEqualTo(-Errno.NOTDIR);
    assertThat(wasi.read("in/a/x/")).isEqualTo(-Errno.NOTDIR);
    assertThat(wasi.read("")).isEqualTo(-Errno.NOENT);
    assertThat(wasi.read("a".repeat(256))).isEqualTo(-Errno.NAMETOOLONG);
    assertThat(wasi.read("a/".repeat(2100))).isEqualTo(-Errno.NAMETOOLONG);
    assertThat(wasi.read("a\0b")).isEqualTo(-Errno.INVAL);
  }

  @Test
  void filesAreWrittenSoughtCutAndSparse() {
    Wasi wasi = none();
    int file = wasi.create("tmp/f");
    assertThat(wasi.write(file, "hello world")).isZero();
    assertThat(wasi.call("fd_seek", file, 6, 0, 64)).isZero();
    assertThat(wasi.write(file, "W")).isZero();
    assertThat(wasi.call("fd_tell", file, 64)).isZero();
    assertThat(wasi.guest.u64(64)).isEqualTo(7);
    assertThat(wasi.text("tmp/f")).isEqualTo("hello World");
    assertThat(wasi.call("fd_seek", file, -100, 1, 64)).isEqualTo(Errno.INVAL);
    assertThat(wasi.call("fd_seek", file, 9, 2, 64)).isZero();
    assertThat(wasi.write(file, "!")).isZero();
    assertThat(wasi.text("tmp/f")).isEqualTo("hello World" + "\0".repeat(9) + "!");
    assertThat(wasi.call("fd_filestat_set_size", file, 4)).isZero();
    assertThat(wasi.call("fd_filestat_set_size", file, 6)).isZero();
    assertThat(wasi.text("tmp/f")).isEqualTo("hell\0\0");
    assertThat(wasi.call("fd_fdstat_set_flags", file, 1)).isZero();
    assertThat(wasi.write(file, "end")).isZero();
    assertThat(wasi.text("tmp/f")).isEqualTo("hell\0\0end");
    assertThat(wasi.call("fd_close", file)).isZero();
    assertThat(wasi.call("fd_close", file)).isEqualTo(Errno.BADF);
  }

  @Test
  void spaceIsTheContextsAndComesBack() {
    Wasi wasi = none();
    long before = wasi.space.available();
    int file = wasi.create("tmp/f");
    assertThat(wasi.call("fd_filestat_set_size", file, 15 << 20)).isZero();
    assertThat(wasi.call("fd_filestat_set_size", file, 17 << 20)).isEqualTo(Errno.NOSPC);
    assertThat(wasi.call("fd_seek", file, Long.MAX_VALUE, 0, 64)).isZero();
    assertThat(wasi.write(file, "x")).isEqualTo(Errno.FBIG);
    assertThat(wasi.call("fd_seek", file, 1L << 30, 0, 64)).isZero();
    assertThat(wasi.write(file, "x")).isEqualTo(Errno.NOSPC);
    assertThat(wasi.memory.grow(32)).isEqualTo(-1);
    assertThat(wasi.path("path_unlink_file", "tmp/f")).isZero();
    assertThat(wasi.space.available()).isLessThan(2 << 20);
    assertThat(wasi.call("fd_close", file)).isZero();
    assertThat(wasi.space.available()).isEqualTo(before);
    assertThat(wasi.memory.grow(32)).isEqualTo(8);
  }

  @Test
  void filesAndDescriptorsAreBounded() {
    Wasi wasi = new Wasi(List.of(), List.of(), 1 << 20);
    int made = 0;
    while (wasi.path("path_create_directory", "tmp/" + made) == 0) {
      made++;
    }
    assertThat(made).isBetween(500, 2000);
    assertThat(wasi.path("path_create_directory", "tmp/more")).isEqualTo(Errno.NOSPC);
    int opened = 0;
    while (wasi.open("tmp", 2, 0) > 0) {
      opened++;
    }
    assertThat(opened).isEqualTo(Descriptors.OPEN_MAX - 4);
    assertThat(wasi.create("new")).isEqualTo(-Errno.MFILE);
    assertThat(wasi.call("fd_close", 500)).isZero();
    assertThat(wasi.open("tmp", 2, 0)).isEqualTo(500);
  }

  @Test
  void directoriesAreMadeRenamedAndRemoved() {
    Wasi wasi = none();
    assertThat(wasi.path("path_create_directory", "tmp/d")).isZero();
    assertThat(wasi.path("path_create_directory", "tmp/d")).isEqualTo(Errno.EXIST);
    assertThat(wasi.path("path_create_directory", "tmp/e/f")).isEqualTo(Errno.NOENT);
    assertThat(wasi.put("tmp/d/x", "x")).isZero();
    assertThat(wasi.path("path_remove_directory", "tmp/d")).isEqualTo(Errno.NOTEMPTY);
    assertThat(wasi.path("path_unlink_file", "tmp/d")).isEqualTo(Errno.ISDIR);
    assertThat(wasi.path("path_remove_directory", "tmp/d/x")).isEqualTo(Errno.NOTDIR);
    assertThat(wasi.rename("tmp/d", "tmp/d/inside")).isEqualTo(Errno.INVAL);
    assertThat(wasi.rename("tmp/d", "tmp/e")).isZero();
    assertThat(wasi.text("tmp/e/x")).isEqualTo("x");
    assertThat(wasi.put("tmp/y", "y")).isZero();
    assertThat(wasi.rename("tmp/y", "tmp/e")).isEqualTo(Errno.ISDIR);
    assertThat(wasi.rename("tmp/e", "tmp/y")).isEqualTo(Errno.NOTDIR);
    assertThat(wasi.rename("tmp/y", "tmp/e/x")).isZero();
    assertThat(wasi.text("tmp/e/x")).isEqualTo("y");
    assertThat(wasi.path("path_unlink_file", "tmp/e/x")).isZero();
    assertThat(wasi.path("path_remove_directory", "tmp/e")).isZero();
    assertThat(wasi.list("tmp", 4096)).containsExactly(".", "..");
    assertThat(wasi.path("path_remove_directory", "/")).isEqualTo(Errno.INVAL);
    assertThat(wasi.open("tmp/z", 1 | 4, Rights.WRITE)).isPositive();
    assertThat(wasi.open("tmp/z", 1 | 4, Rights.WRITE)).isEqualTo(-Errno.EXIST);
    assertThat(wasi.call("path_symlink", 0, 0, 3, 0, 0)).isEqualTo(Errno.NOTSUP);
    assertThat(wasi.call("path_link", 3, 0, 0, 0, 3, 0, 0)).isEqualTo(Errno.NOTSUP);
  }

  @Test
  void directoriesAreListedWithBuffersOfAnySizeAndWhileTheyShrink() {
    Wasi wasi = none();
    for (int i = 0; i < 50; i++) {
      assertThat(wasi.put("tmp/file-" + i, "")).isZero();
    }
    List<String> all = wasi.list("tmp", 100_000);
    assertThat(all).hasSize(52);
    for (int bytes : new int[] {40, 64, 100, 333}) {
      assertThat(wasi.list("tmp", bytes)).isEqualTo(all);
    }
  }

  @Test
  void randomOperationsDoWhatAMapOfPathsDoes() {
    Random random = new Random(SEED);
    Wasi wasi = none();
    TreeMap<String, String> model = new TreeMap<>();
    for (int step = 0; step < 20_000; step++) {
      String path = "tmp/" + (char) ('a' + random.nextInt(12));
      String other = "tmp/" + (char) ('a' + random.nextInt(12));
      String what = "seed %d step %d %s %s".formatted(SEED, step, path, other);
      switch (random.nextInt(5)) {
        case 0 -> {
          String text = Integer.toString(step).repeat(random.nextInt(50));
          assertThat(wasi.put(path, text)).as(what).isZero();
          model.put(path, text);
        }
        case 1 -> {
          boolean there = model.remove(path) != null;
          int errno = wasi.path("path_unlink_file", path);
          assertThat(errno).as(what).isEqualTo(there ? 0 : Errno.NOENT);
        }
        case 2 -> {
          int errno = wasi.rename(path, other);
          assertThat(errno).as(what).isEqualTo(model.containsKey(path) ? 0 : Errno.NOENT);
          if (errno == 0 && !path.equals(other)) {
            model.put(other, java.util.Objects.requireNonNull(model.remove(path)));
          }
        }
        case 3 -> {
          int file = wasi.open(path, 1, Rights.WRITE);
          assertThat(wasi.call("fd_fdstat_set_flags", file, 1)).isZero();
          assertThat(wasi.write(file, "+")).as(what).isZero();
          assertThat(wasi.call("fd_close", file)).isZero();
          model.merge(path, "+", String::concat);
        }
        default -> {
          if (model.containsKey(path)) {
            assertThat(wasi.text(path)).as(what).isEqualTo(model.get(path));
          } else {
            assertThat(wasi.read(path)).as(what).isEqualTo(-Errno.NOENT);
          }
        }
      }
    }
    assertThat(wasi.list("tmp", 100_000)).hasSize(model.size() + 2);
  }

  @Test
  void whatIsLeftBecomesItems() {
    Wasi wasi =
        new Wasi(
            List.of(Wasi.set("both", Item.ofText("x", "in"))), List.of("result", "both", "stdio"));
    assertThat(wasi.put("out/result/b", "B")).isZero();
    assertThat(wasi.path("path_create_directory", "out/result/a")).isZero();
    assertThat(wasi.put("out/result/a/c", "C")).isZero();
    assertThat(wasi.path("path_create_directory", "out/result:10")).isZero();
    assertThat(wasi.put("out/result:10/k", "K")).isZero();
    assertThat(wasi.put("result/view", "V")).isZero();
    assertThat(wasi.put("out/both/y", "Y")).isZero();
    assertThat(wasi.put("tmp/scratch", "S")).isZero();
    List<DataSet> outputs = wasi.outputs(Limits.DEFAULTS);
    assertThat(outputs).extracting(DataSet::name).containsExactly("result", "both", "stdio");
    assertThat(outputs.get(0).items())
        .extracting(Item::name, item -> item.key().value(), Item::text)
        .containsExactly(
            tuple("a/c", 0L, "C"),
            tuple("b", 0L, "B"),
            tuple("k", 10L, "K"),
            tuple("view", 0L, "V"));
    assertThat(outputs.get(1).items()).extracting(Item::text).containsExactly("Y");
    assertThat(outputs.get(2).items()).extracting(Item::name).containsExactly("stderr", "stdout");
  }

  @Test
  void outputsThatBelongNowhereAreRefused() {
    for (String path :
        List.of(
            "out/x", "out/other/x", "out/result:x/y", "out/result:4294967296/y", "out/stdio/x")) {
      Wasi wasi = new Wasi(List.of(), List.of("result", "stdio"));
      int slash = path.lastIndexOf('/');
      wasi.path("path_create_directory", path.substring(0, slash));
      assertThat(wasi.put(path, "x")).as(path).isZero();
      assertThatThrownBy(() -> wasi.outputs(Limits.DEFAULTS))
          .isInstanceOfSatisfying(
              ProblemException.class,
              e -> {
                assertThat(e.problem().code()).isEqualTo(ProblemCode.GUEST_BAD_OUTPUT);
                assertThat(e.problem().detail()).contains("/" + path);
                assertThat(e.problem().hint()).contains("/out/SET");
              });
    }
    Wasi deep = none();
    String path = "out/result";
    for (int i = 0; i < 300; i++) {
      path += "/dd";
      assertThat(deep.path("path_create_directory", path)).isZero();
    }
    assertThat(deep.put(path + "/x", "")).isZero();
    assertThatThrownBy(() -> deep.outputs(Limits.DEFAULTS)).hasMessageContaining("too long");
  }

  @Test
  void outputsAreLimited() {
    Wasi wasi = none();
    for (int i = 0; i < 4; i++) {
      assertThat(wasi.put("out/result/" + i, "12345")).isZero();
    }
    assertThat(wasi.outputs(Limits.DEFAULTS).getFirst().items()).hasSize(4);
    assertThatThrownBy(() -> wasi.outputs(Limits.DEFAULTS.with(Limit.SET_ITEMS, 3)))
        .hasMessageContaining("limits.set_items");
    assertThatThrownBy(() -> wasi.outputs(Limits.DEFAULTS.with(Limit.OUTPUT_BYTES, 19)))
        .hasMessageContaining("limits.output_bytes");
  }

  @Test
  void whatIsGoneCostsTheNodeNothing() {
    Wasi wasi = none();
    assertThat(wasi.put("tmp/warm", "up")).isZero();
    assertThat(wasi.path("path_unlink_file", "tmp/warm")).isZero();
    long before = wasi.node.reservedBytes();
    byte[] part = new byte[100_000];
    for (int round = 0; round < 3; round++) {
      int removed = wasi.create("tmp/removed");
      assertThat(wasi.write(removed, part)).isZero();
      assertThat(wasi.call("fd_close", removed)).isZero();
      assertThat(wasi.path("path_unlink_file", "tmp/removed")).isZero();
      int cut = wasi.create("tmp/cut");
      assertThat(wasi.write(cut, part)).isZero();
      assertThat(wasi.call("fd_filestat_set_size", cut, 10)).isZero();
      assertThat(wasi.node.reservedBytes() - before).isBetween(10L, 2000L);
      assertThat(wasi.call("fd_filestat_set_size", cut, 20)).isZero();
      assertThat(wasi.text("tmp/cut")).isEqualTo("\0".repeat(20));
      assertThat(wasi.call("fd_close", cut)).isZero();
      assertThat(wasi.path("path_unlink_file", "tmp/cut")).isZero();
      assertThat(wasi.node.reservedBytes()).as("round %d", round).isEqualTo(before);
    }
    wasi.space.release();
    assertThat(wasi.node.reservedBytes()).isZero();
  }

  @Test
  void directoriesOfItemsCountForTheNode() {
    Item[] items = new Item[2000];
    for (int i = 0; i < items.length; i++) {
      items[i] = Item.ofText(i + "/a".repeat(100), "");
    }
    Wasi wasi = new Wasi(List.of(Wasi.set("a", items)), List.of(), 16 << 20, 8 << 20);
    assertThatThrownBy(() -> wasi.read("in/a/0/a"))
        .isInstanceOf(MemorySpace.NodeMemory.Exhausted.class);
  }

  @Test
  void fillingADirectoryEndsWithTheDeadline() {
    Wasi wasi = new Wasi(List.of(Wasi.set("a", Item.ofText("x", "text"))), List.of());
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> wasi.read("in/a/x")).isInstanceOf(WasmInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
