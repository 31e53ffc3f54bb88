package dev.pappus.cli;

import dev.pappus.model.ProblemCode;
import dev.pappus.model.Suggestion;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Explains errors. */
@Command(name = "explain", description = "Explain the code of an error: cause, fix, example.")
final class ExplainCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(
      paramLabel = "CODE",
      arity = "0..1",
      description = "As errors show it, e.g. guest_fault; without it all codes are listed.")
  private @Nullable String code;

  ExplainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    List<Explanation> all = Explanation.all();
    String wanted = code;
    if (wanted == null) {
      list(all);
    } else {
      explain(find(all, wanted.toLowerCase(Locale.ROOT)));
    }
    return ExitCode.OK;
  }

  private static Explanation find(List<Explanation> all, String code) {
    String name = code.replaceFirst("^urn:pappus:problem:", "");
    return all.stream()
        .filter(each -> each.code().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CliException(
                ExitCode.NOT_FOUND,
                "there is no error '"
                    + ProblemText.printable(code)
                    + "'"
                    + Suggestion.didYouMean(name, all.stream().map(Explanation::code).toList()),
                "pappus explain lists all codes"));
  }

  private static ProblemCode problem(Explanation explanation) {
    return Arrays.stream(ProblemCode.values())
        .filter(each -> each.text().equals(explanation.code()))
        .findFirst()
        .orElse(ProblemCode.INTERNAL);
  }

  private void list(List<Explanation> all) {
    if (output.json()) {
      Json.write(
          terminal.out(),
          json -> Json.writeValue(json, all.stream().map(ExplainCommand::fields).toList()));
      return;
    }
    TextTable table = new TextTable("CODE", "STATUS", "MEANING");
    all.forEach(
        each -> table.row(each.code(), Integer.toString(each.status()), problem(each).title()));
    terminal.out().print(table);
  }

  private void explain(Explanation explanation) {
    if (output.json()) {
      Json.write(terminal.out(), json -> Json.writeValue(json, fields(explanation)));
      return;
    }
    terminal.out().println(explanation.code() + ": " + problem(explanation).title());
    terminal.out().println();
    terminal.out().println("cause:   " + plain(explanation.cause()));
    terminal.out().println("fix:     " + plain(explanation.fix()));
    terminal.out().println("example: " + plain(explanation.example()));
    terminal
        .out()
        .println(
            "source:  "
                + problem(explanation).source().name().toLowerCase(Locale.ROOT)
                + ", HTTP status "
                + explanation.status());
  }

  private static String plain(String markdown) {
    return markdown.replace("`", "");
  }

  private static java.util.Map<String, Object> fields(Explanation each) {
    java.util.Map<String, Object> fields = new java.util.LinkedHashMap<>();
    fields.put("code", each.code());
    fields.put("title", problem(each).title());
    fields.put("source", problem(each).source().name().toLowerCase(Locale.ROOT));
    fields.put("status", (long) each.status());
    fields.put("cause", each.cause());
    fields.put("fix", each.fix());
    fields.put("example", each.example());
    return fields;
  }
}
