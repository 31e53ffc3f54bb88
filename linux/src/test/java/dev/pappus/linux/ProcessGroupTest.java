package dev.pappus.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessGroupTest {
  private static final int SIGTERM = 15;

  @Test
  void aProgramEndsAndIsWaitedFor() {
    try (ProcessGroup good = ProcessGroup.start(Path.of("/bin/true"), List.of());
        ProcessGroup bad = ProcessGroup.start(Path.of("/bin/false"), List.of())) {
      assertThat(bad.await(bad.leader())).isEqualTo(new ProcessGroup.Ended(bad.leader(), 1, 0));
      assertThat(good.await(good.leader())).isEqualTo(new ProcessGroup.Ended(good.leader(), 0, 0));
      assertThatThrownBy(() -> good.await(good.leader()))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECHILD));
    }
  }

  @Test
  void theEndOfAProcessIsNoticedBesideItsCalls() {
    try (ProcessGroup group = ProcessGroup.start(Path.of("/bin/cat"), List.of());
        FileDescriptor process = ProcessGroup.open(group.leader());
        CallListener nobody = new CallListener(null)) {
      assertThat(nobody.await(process, 0)).isEqualTo(new CallListener.Event.Interrupted());
      group.signal(group.leader(), SIGTERM);
      assertThat(nobody.await(process, -1)).isEqualTo(new CallListener.Event.Ended());
    }
  }

  @Test
  void messagesAndDescriptorsComeBack() {
    try (MessageSocket socket = MessageSocket.pair();
        MemoryFile file = MemoryFile.create("test", Mapping.PAGE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(ValueLayout.JAVA_LONG);
      try (MessageSocket other = new MessageSocket(socket.otherEnd(), socket.otherEnd())) {
        for (long number = 0; number < 3; number++) {
          message.set(ValueLayout.JAVA_LONG, 0, number);
          other.send(message, number == 1 ? file.descriptor() : null);
        }
      }
      for (long number = 0; number < 3; number++) {
        message.fill((byte) 0xFF);
        MessageSocket.Received received = Objects.requireNonNull(socket.receive(message));
        assertThat(received.bytes()).isEqualTo(8);
        assertThat(message.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(number);
        if (number == 1) {
          Objects.requireNonNull(received.passed()).close();
        } else {
          assertThat(received.passed()).isNull();
        }
      }
      assertThat(socket.receive(message)).isEqualTo(new MessageSocket.Received(0, null));
    }
  }

  @Test
  void aProgramThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> ProcessGroup.start(Path.of("/nowhere"), List.of()))
        .isInstanceOfSatisfying(
            LinuxException.class,
            e -> {
              assertThat(e.errno()).isEqualTo(Errno.ENOENT);
              assertThat(e.operands()).isEqualTo("/nowhere");
            });
  }

  @Test
  void descriptorsArriveInOrderWhateverTheirNumbers(@TempDir Path folder) throws IOException {
    Path seen = folder.resolve("seen");
    Path program = script(folder, "readlink /proc/$$/fd/3 /proc/$$/fd/4 > " + seen + "; exit 0");
    List<MemoryFile> files = new ArrayList<>();
    try {
      while (files.isEmpty() || files.getLast().descriptor().number() < 203) {
        files.add(MemoryFile.create("file" + files.size(), Mapping.PAGE));
      }
      List<Integer> chosen = new ArrayList<>(List.of(0, 1, 2, 3));
      for (int i = 0; i < files.size(); i++) {
        if (files.get(i).descriptor().number() > 198) {
          chosen.add(i);
        }
      }
      for (int first : chosen) {
        for (int second : chosen) {
          if (first != second) {
            try (ProcessGroup group =
                ProcessGroup.start(
                    program,
                    List.of(files.get(first).descriptor(), files.get(second).descriptor()))) {
              assertThat(group.await(group.leader()))
                  .isEqualTo(new ProcessGroup.Ended(group.leader(), 0, 0));
            }
            assertThat(Files.readAllLines(seen))
                .containsExactly(
                    "/memfd:file%d (deleted)".formatted(first),
                    "/memfd:file%d (deleted)".formatted(second));
          }
        }
      }
    } finally {
      files.forEach(MemoryFile::close);
    }
  }

  private static Path script(Path folder, String text) throws IOException {
    Path program = Files.writeString(folder.resolve("program"), "#!/bin/sh\n" + text + "\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }

  /** Numbers of processes are given again; whoever has one now must not be taken for a member. */
  @Test
  void aGroupThatIsGoneIsNotLookedForUnderItsNumber(@TempDir Path folder) throws IOException {
    Path program = script(folder, "exec sleep 20");
    ProcessGroup gone = ProcessGroup.start(Path.of("/bin/true"), List.of());
    assertThat(gone.await(gone.leader())).isNotNull();
    try (ProcessGroup next = startAs(gone.leader(), program)) {
      gone.close();
      next.signal(next.leader(), SIGTERM);
      assertThat(next.await(next.leader()))
          .isEqualTo(new ProcessGroup.Ended(next.leader(), -1, SIGTERM));
    }
  }

  /** Has the kernel give a number that is free, as it would after some thousand processes. */
  private static ProcessGroup startAs(int number, Path program) throws IOException {
    Path last = Path.of("/proc/sys/kernel/ns_last_pid");
    for (int attempt = 0; true; attempt++) {
      try {
        Files.writeString(last, Integer.toString(number - 1));
      } catch (IOException e) {
        assumeTrue(false, "the host lets nobody choose numbers of processes: " + e);
      }
      ProcessGroup started = ProcessGroup.start(program, List.of());
      if (started.leader() == number) {
        return started;
      }
      // Somebody else came first.
      started.close();
      assumeTrue(attempt < 200, "somebody else has the number");
    }
  }

  @Test
  void theOtherEndOfASocketIsNoticedToBeGone() {
    try (MessageSocket socket = MessageSocket.pair();
        Arena arena = Arena.ofConfined()) {
      MemorySegment message = arena.allocate(16);
      socket.send(message, null);
      // A program that reads nothing, and ends by a signal.
      ProcessGroup group = ProcessGroup.start(Path.of("/bin/cat"), List.of(socket.otherEnd()));
      socket.keepOwnEnd();
      socket.send(message, null);
      group.signal(group.leader(), ProcessGroup.SIGKILL);
      assertThat(group.await(group.leader()))
          .isEqualTo(new ProcessGroup.Ended(group.leader(), -1, ProcessGroup.SIGKILL));
      assertThatThrownBy(() -> socket.send(message, null))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isIn(Errno.EPIPE, Errno.ECONNRESET));
      group.close();
      group.close();
    }
  }

  @Test
  void pagesOfAMemoryFileComeAndGo() {
    long bytes = 64 * Mapping.PAGE;
    try (MemoryFile file = MemoryFile.create("test", bytes);
        Mapping mapping = file.map()) {
      assertThat(file.nextPresent(0)).isEqualTo(bytes);
      mapping.segment().set(ValueLayout.JAVA_BYTE, 5 * Mapping.PAGE + 7, (byte) 1);
      mapping.segment().set(ValueLayout.JAVA_BYTE, 6 * Mapping.PAGE, (byte) 1);
      assertThat(file.nextPresent(0)).isEqualTo(5 * Mapping.PAGE);
      assertThat(file.nextAbsent(5 * Mapping.PAGE)).isEqualTo(7 * Mapping.PAGE);
      assertThat(file.nextPresent(7 * Mapping.PAGE)).isEqualTo(bytes);
      file.drop(5 * Mapping.PAGE, Mapping.PAGE);
      assertThat(file.nextPresent(0)).isEqualTo(6 * Mapping.PAGE);
      assertThat(mapping.segment().get(ValueLayout.JAVA_BYTE, 5 * Mapping.PAGE + 7)).isZero();
    }
  }
}
