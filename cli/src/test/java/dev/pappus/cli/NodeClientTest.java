package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node that goes while it is talked to. */
class NodeClientTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\ncontent-type: application/jsonl\r\ntransfer-encoding: chunked\r\n\r\n";

  /** Lines that a server sends before it hangs up, and how reading them ends. */
  private static List<String> lines(String answer) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      FutureTask<@Nullable Void> serving = new FutureTask<>(serve(server, answer));
      Thread.ofVirtual().start(serving);
      NodeClient client =
          new NodeClient(URI.create("http://127.0.0.1:" + server.getLocalPort()), 30_000);
      List<String> lines = new ArrayList<>();
      try {
        client.lines("/v1/logs?follow=true", true, lines::add);
      } finally {
        serving.get(30, TimeUnit.SECONDS);
      }
      return lines;
    }
  }

  private static Callable<@Nullable Void> serve(ServerSocket server, String answer) {
    return () -> {
      try (Socket socket = server.accept()) {
        byte[] request = new byte[4096];
        if (socket.getInputStream().read(request) < 0) {
          throw new IOException("no request");
        }
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
      }
      return null;
    };
  }

  @Test
  void followingEndsWhenTheNodeEndsIt() throws Exception {
    assertThat(lines(HEAD + "3\r\nab\n\r\n0\r\n\r\n")).containsExactly("ab");
  }

  @Test
  void aNodeThatDiesIsUnreachable() {
    assertThatThrownBy(() -> lines(HEAD + "3\r\nab\n\r\n"))
        .isInstanceOfSatisfying(
            CliException.class,
            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE))
        .hasMessageContaining("hung up");
  }
}
