package dev.pappus.language;

/** A text after lexer and parser, and what they noticed. */
record Parsed(
    SourceText source,
    Lexer.Lexed lexed,
    Syntax.Module module,
    Diagnostics diagnostics,
    Gaps gaps) {

  static Parsed of(String text) {
    SourceText source = new SourceText(text);
    Diagnostics diagnostics = new Diagnostics(source);
    Lexer.Lexed lexed = Lexer.lex(text, diagnostics);
    Syntax.Module module = Parser.parse(source, lexed, diagnostics);
    return new Parsed(source, lexed, module, diagnostics, new Gaps(source, lexed));
  }

  Layout layout() {
    return new Layout(gaps);
  }
}
