package dev.pappus.bench.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.bench.ListeningProcess;
import dev.pappus.bench.systems.ProductCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the start of a node is compared with answers, and records a cache of its classes. */
class NettyHelloTest {
  @TempDir private Path folder;

  @Test
  void answersAsOftenAsItIsToldAndEnds() throws IOException {
    Path trace = folder.resolve("classes");
    List<String> command =
        new ArrayList<>(
            ProductCommand.java(
                List.of("-Xlog:class+load:file=" + trace), List.of(), NettyHello.class.getName()));
    command.add("3");
    try (ListeningProcess hello = ListeningProcess.start(command, folder, null)) {
      for (int i = 0; i < 3; i++) {
        assertThat(FirstAnswer.of(hello.address(""), "/", "")).isEqualTo("hello");
      }
      hello.awaitEnd();
    }
    // Nothing of ours but itself, or the comparison would flatter the node.
    assertThat(trace)
        .content()
        .contains("dev.pappus.bench.node.NettyHello")
        .doesNotContain("dev.pappus.server", "dev.pappus.cli");
  }

  @Test
  void aServerThatDoesNotComeUpSaysWhy() {
    assertThatThrownBy(() ->
            ListeningProcess.start(List.of("sh", "-c", "echo no luck >&2; exit 1"), folder, null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no luck");
  }
}
