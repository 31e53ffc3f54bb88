package dev.pappus.cli;

import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Options that describe a function. */
@Command
final class FunctionOptions {
  @Option(
      names = "--in",
      split = ",",
      paramLabel = "SET",
      description = "Input sets, where the binary names none.")
  private @Nullable List<String> inputs;

  @Option(
      names = "--out",
      split = ",",
      paramLabel = "SET",
      description = "Output sets, where the binary names none.")
  private @Nullable List<String> outputs;

  @Option(
      names = "--static",
      paramLabel = "SET[:KEY]/ITEM=@FILE|TEXT",
      description = "An item that every run of the function gets; repeatable.")
  private final List<String> statics = new ArrayList<>();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      description = "Context of the function, e.g. 64MiB (default: the node's).")
  private @Nullable String memory;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long one instance may run, e.g. 10s (default: the node's).")
  private @Nullable String timeout;

  @Option(
      names = "--sandbox",
      paramLabel = "KIND",
      description = "Kind of sandbox: auto, kvm, process or wasm (default: auto).")
  private @Nullable String sandbox;

  @Option(
      names = "--no-snapshot",
      description = "Start a Linux program anew in every run, not where it first touches an input.")
  private boolean noSnapshot;

  /** The kind of sandbox; null if the option was not given. */
  @Nullable String sandbox() {
    return sandbox;
  }

  /**
   * What these options say.
   *
   * @param arguments words after {@code --}; null if there are none
   */
  FunctionDescription description(Terminal terminal, @Nullable List<String> arguments)
      throws IOException {
    check("--memory", Limit.CONTEXT_DEFAULT, memory);
    check("--timeout", Limit.FUNCTION_RUN, timeout);
    Map<String, byte[]> items = new LinkedHashMap<>();
    for (String item : statics) {
      int equals = item.indexOf('=');
      if (equals < 0) {
        throw new CliException(
            ExitCode.USAGE,
            "--static '" + item + "' says nothing of what is in the item",
            "write it like --static model/weights=@weights.bin");
      }
      items.put(
          FunctionDescription.path("--static", item.substring(0, equals)),
          content(terminal, item.substring(equals + 1)));
    }
    return new FunctionDescription(
        null,
        inputs,
        outputs,
        items,
        memory,
        timeout,
        sandbox,
        arguments,
        noSnapshot ? Boolean.FALSE : null,
        Map.of());
  }

  private static byte[] content(Terminal terminal, String value) throws IOException {
    return value.startsWith("@")
        ? SourceFile.readBytes(terminal.folder().resolve(value.substring(1)))
        : value.getBytes(StandardCharsets.UTF_8);
  }

  private static void check(String option, Limit limit, @Nullable String value) {
    if (value != null) {
      try {
        var _ = limit.parse(value);
      } catch (IllegalArgumentException e) {
        throw new CliException(ExitCode.USAGE, option + ": " + e.getMessage(), null);
      }
    }
  }
}
