package dev.pappus.cli;

import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.model.ProblemException;
import dev.pappus.server.access.Token;
import dev.pappus.server.access.TokenWish;
import dev.pappus.server.access.Tokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes, lists and removes tokens: at a running node, or in the data folder of a stopped one. */
@Command(
    name = "token",
    description = "Make, list and remove the tokens that callers of a node show.",
    synopsisSubcommandLabel = "create|ls|rm")
final class TokenCommand {
  private static final String DATA_HELP =
      "Data folder of a node that does not run, instead of asking a running one.";
  private static final String PATH = "/v1/tokens";

  private final Terminal terminal;

  TokenCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** How much the holder may ask for, and for how long. */
  @Command
  static final class Bounds {
    @Option(names = "--name", paramLabel = "TEXT", description = "What you call it.")
    private @Nullable String name;

    @Option(names = "--expires", paramLabel = "TIME", description = "Good for 30d, 12h, 30m.")
    private @Nullable String expires;

    @Option(names = "--rate", paramLabel = "N/s", description = "Requests: 100/s, 30/m, 5/h.")
    private @Nullable String rate;

    @Option(names = "--concurrency", paramLabel = "N", description = "Requests at the same time.")
    private @Nullable String concurrency;

    @Option(names = "--bytes", paramLabel = "SIZE/s", description = "Bytes in and out: 10MiB/s.")
    private @Nullable String bytes;

    void addTo(Map<String, String> members) {
      put(members, "name", name);
      put(members, "expires", expires);
      put(members, "rate", rate);
      put(members, "concurrency", concurrency);
      put(members, "bytes", bytes);
    }
  }

  private static void put(Map<String, String> members, String name, @Nullable String value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  /** Something done to the tokens of a folder. */
  private interface Use<T> {
    T of(Tokens tokens);
  }

  @Command(name = "create", description = "Make a token and print it; it is shown only once.")
  int create(
      @Mixin NodeOption node,
      @Option(
              names = "--scope",
              required = true,
              paramLabel = "invoke|deploy|admin",
              description = "What its holder may do; each includes those before it.")
          String scope,
      @Mixin Bounds bounds,
      @Option(names = "--data", paramLabel = "DIR", description = DATA_HELP) @Nullable Path data)
      throws IOException {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("scope", scope);
    put(members, "namespace", node.namespace());
    bounds.addTo(members);
    TokenWish wish;
    try {
      wish = TokenWish.parse(members);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--" + e.getMessage(), null);
    } catch (ProblemException e) {
      throw new CliException(ExitCode.USAGE, e.problem().detail(), e.problem().hint());
    }
    if (data != null) {
      Tokens.Created created = inFolder(data, tokens -> tokens.create(wish));
      tell(created.token().id(), created.text());
      return ExitCode.OK;
    }
    JsonObject made = client(node).send("POST", PATH, "application/json", json(members)).json();
    tell(made.text("id", "?"), made.text("token", ""));
    return ExitCode.OK;
  }

  private void tell(String id, String token) {
    terminal.out().println(token);
    terminal.say("token " + id + "; keep it now, it is not shown again");
    terminal.sayHint("commands take it from PAPPUS_TOKEN, or from the file that token_file names");
  }

  private static byte[] json(Map<String, String> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
      Json.write(
          out,
          json -> {
            json.writeStartObject();
            members.forEach(json::writeStringProperty);
            json.writeEndObject();
          });
    }
    return bytes.toByteArray();
  }

  @Command(name = "ls", description = "List the tokens, without their secrets.")
  int list(
      @Mixin NodeOption node,
      @Mixin OutputOption output,
      @Option(names = "--data", paramLabel = "DIR", description = DATA_HELP) @Nullable Path data)
      throws IOException {
    TextTable table = new TextTable("ID", "SCOPE", "NAMESPACE", "EXPIRES", "NAME");
    if (data != null) {
      for (Token token : inFolder(data, Tokens::list)) {
        table.row(
            token.id(),
            token.scope().text(),
            token.namespace() == null ? "*" : token.namespace().name(),
            token.expires() == null ? "" : token.expires().toString(),
            token.label());
      }
      terminal.out().print(table);
      return ExitCode.OK;
    }
    List<JsonObject> tokens = PagedList.read(client(node), "tokens");
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, tokens.stream().map(JsonObject::fields).toList()));
      return ExitCode.OK;
    }
    for (JsonObject token : tokens) {
      table.row(
          token.text("id", "?"),
          token.text("scope", "?"),
          token.text("namespace", "*"),
          token.text("expires", ""),
          token.text("name", ""));
    }
    terminal.out().print(table);
    return ExitCode.OK;
  }

  @Command(name = "rm", description = "Remove tokens; they are refused at once.")
  int remove(
      @Mixin NodeOption node,
      @Parameters(paramLabel = "ID", arity = "1..*", description = "From 'pappus token ls'.")
          List<String> ids,
      @Option(names = "--data", paramLabel = "DIR", description = DATA_HELP) @Nullable Path data)
      throws IOException {
    for (String id : ids) {
      if (data == null) {
        client(node).delete(PATH + "/" + NodeClient.encode(id));
      } else if (!inFolder(data, tokens -> tokens.remove(id))) {
        throw new CliException(
            ExitCode.NOT_FOUND, "no token has the identifier " + id, "see: pappus token ls");
      }
    }
    return ExitCode.OK;
  }

  private NodeClient client(NodeOption node) {
    return node.client(terminal);
  }

  /** The folder's lock keeps a running node from never hearing of what is done here. */
  private static <T> T inFolder(Path data, Use<T> use) {
    try (DataFolder folder = DataFolder.open(data)) {
      return use.of(Tokens.open(folder.root()));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.FAILED,
          e.problem().detail(),
          "if a node runs on this folder, leave --data out and ask the node");
    }
  }
}
