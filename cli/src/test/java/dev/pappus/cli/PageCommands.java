package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page tells its reader to do: files under "Save this as `NAME`", and commands: indented by
 * four spaces, or in a block marked {@code sh}.
 *
 * @param files texts by name
 * @param commands in their order
 */
record PageCommands(Map<String, String> files, List<Command> commands) {
  private static final Pattern FILE =
      Pattern.compile(
          "(?m)^(?:.*\\b)?[Ss]ave this as `([^`]+)`[^\\n]*\\n\\n```\\w+\\n((?s:.*?))^```$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^ {4}((?:(?:\\.\\.?/)?pappus|curl|cd) .*)$");
  private static final Pattern COMMENT = Pattern.compile("\\s{2,}# (.*)$");
  private static final String PRINTS = "prints ";

  /**
   * One line for a shell.
   *
   * @param line without its comment
   * @param prints what the page says that it prints; empty if it does not say
   */
  record Command(String line, String prints) {}

  static PageCommands of(String page) throws IOException {
    String text = Files.readString(CommandRun.ROOT.resolve(Path.of(page)));
    Map<String, String> files = new LinkedHashMap<>();
    Matcher file = FILE.matcher(text);
    while (file.find()) {
      files.put(file.group(1), file.group(2));
    }
    // Blocks hold the text of files, which is no command whatever its lines look like.
    String prose =
        BLOCK
            .matcher(text)
            .replaceAll(block ->
                Matcher.quoteReplacement(
                    block.group(1).equals("sh") ? block.group(2).replaceAll("(?m)^", "    ") : ""));
    List<Command> commands = new ArrayList<>();
    Matcher command = COMMAND.matcher(prose);
    while (command.find()) {
      String line = command.group(1);
      Matcher comment = COMMENT.matcher(line);
      String said = comment.find() ? comment.group(1) : "";
      commands.add(
          new Command(
              COMMENT.matcher(line).replaceFirst("").strip(),
              said.startsWith(PRINTS) ? said.substring(PRINTS.length()) : ""));
    }
    return new PageCommands(files, List.copyOf(commands));
  }
}
