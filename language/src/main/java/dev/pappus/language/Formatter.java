package dev.pappus.language;

import dev.pappus.model.Diagnostic;
import java.util.List;
import java.util.Optional;

/**
 * Brings a text into its one layout: comments stay, glued keywords are separated, {@code outer}
 * becomes {@code full}; formatting formatted text changes nothing.
 */
public final class Formatter {
  private Formatter() {}

  /**
   * What formatting gave.
   *
   * @param text the formatted text; empty if the text does not parse
   * @param diagnostics what the parser noticed, in the order of the text
   */
  public record Formatted(Optional<String> text, List<Diagnostic> diagnostics) {
    public Formatted {
      diagnostics = List.copyOf(diagnostics);
    }
  }

  /** Formats {@code text}, which need not pass the checker. Never throws. */
  public static Formatted format(String text) {
    Parsed parsed = Parsed.of(text);
    Diagnostics diagnostics = parsed.diagnostics();
    return new Formatted(
        diagnostics.hasErrors() ? Optional.empty() : Optional.of(print(parsed)),
        diagnostics.inOrder());
  }

  private static String print(Parsed parsed) {
    Layout layout = parsed.layout();
    Printer printer = new Printer();
    boolean afterComposition = false;
    for (Syntax.Declaration declaration : parsed.module().declarations()) {
      switch (declaration) {
        case Syntax.Function function -> {
          printer.unit(layout.function(function), 0, afterComposition);
          afterComposition = false;
        }
        case Syntax.CompositionBlock block -> {
          CompositionText.print(printer, parsed, block);
          afterComposition = true;
        }
      }
    }
    int end = parsed.lexed().tokens().size() - 1;
    printer.comments(layout.atEnd(end), 0, false);
    return printer.text();
  }
}
