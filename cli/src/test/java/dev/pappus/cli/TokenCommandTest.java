package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.Configuration;
import dev.pappus.server.PappusNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens from their making to their end, as an operator sees them. */
class TokenCommandTest {
  private static final byte[] NOTHING = new byte[0];

  @TempDir Path folder;

  private PappusNode start() throws IOException {
    return PappusNode.start(
        Configuration.builder()
            .port(0)
            .adminPort(0)
            .dataFolder(folder)
            .engines(1)
            .access(access -> access.anonymousLoopback("none"))
            .build());
  }

  private static CommandRun run(Map<String, String> environment, String... arguments) {
    return CommandRun.with(environment, NOTHING, arguments);
  }

  @Test
  void theFirstTokenIsMadeBeforeTheNodeRuns() throws IOException {
    CommandRun first =
        CommandRun.of("token", "create", "--scope", "admin", "--data", folder.toString());
    assertThat(first.exitCode()).as(first.err()).isZero();
    String admin = first.out().strip();
    assertThat(admin).startsWith("pappus_").doesNotContain("\n");

    try (PappusNode node = start()) {
      Map<String, String> nobody = Map.of("PAPPUS_SERVER", node.addresses().administration());
      Map<String, String> owner =
          Map.of("PAPPUS_SERVER", node.addresses().administration(), "PAPPUS_TOKEN", admin);
      CommandRun refused = run(nobody, "ls");
      assertThat(refused.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
      assertThat(refused.err()).contains("PAPPUS_TOKEN");
      assertThat(run(owner, "ls").exitCode()).isZero();

      CommandRun created =
          run(
              owner,
              "token",
              "create",
              "--scope",
              "invoke",
              "--namespace",
              "team",
              "--name",
              "ci",
              "--expires",
              "30d",
              "--rate",
              "100/s",
              "--concurrency",
              "8",
              "--bytes",
              "10MiB/s");
      assertThat(created.exitCode()).as(created.err()).isZero();
      String id = created.out().substring("pappus_".length(), "pappus_".length() + 16);
      CommandRun list = run(owner, "token", "ls");
      assertThat(list.out()).contains(id, "team", "ci").doesNotContain(created.out().strip());
      Map<String, String> holder =
          Map.of(
              "PAPPUS_SERVER",
              node.addresses().administration(),
              "PAPPUS_TOKEN",
              created.out().strip());
      assertThat(run(holder, "ls").exitCode()).isZero();
      assertThat(run(holder, "token", "ls").exitCode()).isEqualTo(ExitCode.FORBIDDEN);
      assertThat(run(owner, "token", "rm", id).exitCode()).isZero();
      assertThat(run(owner, "token", "rm", id).exitCode()).isEqualTo(ExitCode.NOT_FOUND);
      assertThat(run(holder, "ls").exitCode()).isEqualTo(ExitCode.FORBIDDEN);

      CommandRun behind =
          CommandRun.of("token", "create", "--scope", "invoke", "--data", folder.toString());
      assertThat(behind.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(behind.err()).contains("in use by another node", "ask the node");
    }
    CommandRun after = CommandRun.of("token", "ls", "--data", folder.toString());
    assertThat(after.out()).contains("admin").doesNotContain("team");
  }

  @Test
  void wrongWishesAreToldBeforeANodeIsAsked() {
    for (String[] bad :
        new String[][] {
          {"--scope", "owner"},
          {"--scope", "invoke", "--rate", "100"},
          {"--scope", "invoke", "--expires", "soon"},
          {"--scope", "admin", "--namespace", "team"},
          {"--rate", "1/s"},
        }) {
      String[] arguments = new String[bad.length + 2];
      arguments[0] = "token";
      arguments[1] = "create";
      System.arraycopy(bad, 0, arguments, 2, bad.length);
      assertThat(CommandRun.of(arguments).exitCode()).isEqualTo(ExitCode.USAGE);
    }
  }
}
