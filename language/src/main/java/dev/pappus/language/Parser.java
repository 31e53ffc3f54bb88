package dev.pappus.language;

import dev.pappus.language.TokenCursor.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tokens to syntax, with recovery: after an error it goes on at the next element, statement or
 * declaration, so that one run finds all. The grammar is flat; nothing here recurses.
 */
final class Parser {
  private static final List<String> DECLARATION_WORDS = List.of("function", "composition");
  private static final List<String> SHARDING_WORDS =
      List.of(
          Sharding.ALL.keyword(),
          Sharding.EACH.keyword(),
          Sharding.KEYED.keyword(),
          Sharding.ANY_EACH.keyword(),
          Sharding.ANY_KEYED.keyword());

  private final TokenCursor cursor;
  private final Diagnostics diagnostics;
  private final ApplicationParser applications;
  private boolean lost;
  private boolean damaged;

  private Parser(SourceText source, Lexer.Lexed lexed, Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
    cursor = new TokenCursor(source.text(), lexed.tokens(), diagnostics);
    applications = new ApplicationParser(this, cursor, diagnostics);
  }

  static Syntax.Module parse(SourceText source, Lexer.Lexed lexed, Diagnostics diagnostics) {
    return new Parser(source, lexed, diagnostics).module();
  }

  private Syntax.Module module() {
    List<Syntax.Declaration> declarations = new ArrayList<>();
    while (!cursor.at(TokenKind.END) && !diagnostics.full()) {
      try {
        declarations.add(declaration());
      } catch (Stop stop) {
        recoverAtTop();
      }
    }
    return new Syntax.Module(List.copyOf(declarations), lost);
  }

  private Syntax.Declaration declaration() {
    int first = cursor.index();
    int offset = cursor.offset();
    String written = cursor.word();
    Optional<String> keyword =
        cursor.keyword(DECLARATION_WORDS.toArray(new String[0]), word -> word);
    if (keyword.isEmpty()) {
      if (cursor.at(TokenKind.SEMICOLON) || cursor.at(TokenKind.RIGHT_BRACE)) {
        throw cursor.stop("unexpected " + cursor.found() + "; no declaration is open here");
      }
      lost = true;
      String hint =
          cursor.at(TokenKind.WORD) ? diagnostics.didYouMean(written, DECLARATION_WORDS) : "";
      throw cursor.stop("expected 'function' or 'composition', found " + cursor.found() + hint);
    }
    warnOfGlue(written, keyword.get(), offset);
    damaged = false;
    return keyword.get().equals("function") ? function(first) : composition(first);
  }

  /** Warns where {@code written} held more than {@code keyword}. */
  void warnOfGlue(String written, String keyword, int offset) {
    if (!written.equals(keyword)) {
      String rest = TokenCursor.shortened(written.substring(keyword.length()));
      diagnostics.warning(
          offset,
          "'%s%s' is read as '%s %s'; put a blank between them"
              .formatted(keyword, rest, keyword, rest));
    }
  }

  private Syntax.Function function(int first) {
    Syntax.Word name = nameOrLost("the function's name");
    Syntax.Elements<Syntax.Word> inputs = none();
    Syntax.Elements<Syntax.Word> outputs = none();
    try {
      inputs = list(() -> cursor.name("a set name"));
      cursor.expectOrInsert(TokenKind.ARROW, TokenKind.LEFT_PAREN);
      outputs = list(() -> cursor.name("a set name"));
      int last = endOfStatement();
      return new Syntax.Function(name, inputs, outputs, first, last, damaged);
    } catch (Stop stop) {
      recoverAtTop();
      return new Syntax.Function(name, inputs, outputs, first, cursor.index() - 1, true);
    }
  }

  private Syntax.CompositionBlock composition(int first) {
    Syntax.Word name = nameOrLost("the composition's name");
    Syntax.Elements<Syntax.Word> inputs = none();
    Syntax.Elements<Syntax.Word> outputs = none();
    List<Syntax.Statement> statements = new ArrayList<>();
    int brace = first;
    try {
      inputs = list(() -> cursor.name("a set name"));
      cursor.expectOrInsert(TokenKind.ARROW, TokenKind.LEFT_PAREN);
      outputs = list(() -> cursor.name("a set name"));
      brace = cursor.expectOrInsert(TokenKind.LEFT_BRACE, TokenKind.WORD);
      body(statements);
    } catch (Stop stop) {
      damaged = true;
      recoverAtTop();
    }
    return new Syntax.CompositionBlock(
        name, inputs, outputs, brace, List.copyOf(statements), first, cursor.index() - 1, damaged);
  }

  private void body(List<Syntax.Statement> statements) {
    while (!cursor.at(TokenKind.RIGHT_BRACE)) {
      if (cursor.at(TokenKind.END) || atDeclaration() || diagnostics.full()) {
        cursor.complain("expected '}' at the end of the composition, found " + cursor.found());
        return;
      }
      try {
        statements.add(applications.statement());
      } catch (Stop stop) {
        damaged = true;
        recoverInBody();
      }
    }
    cursor.advance();
  }

  /** A list in parentheses; an element that is wrong is left out. */
  <T> Syntax.Elements<T> list(Supplier<T> element) {
    int open = cursor.expect(TokenKind.LEFT_PAREN);
    List<Syntax.Element<T>> elements = new ArrayList<>();
    if (!cursor.at(TokenKind.RIGHT_PAREN)) {
      do {
        int first = cursor.index();
        try {
          elements.add(new Syntax.Element<>(element.get(), first, cursor.index() - 1));
        } catch (Stop stop) {
          damaged = true;
          skipElement();
        }
      } while (anotherElement());
    }
    int close =
        cursor.expectOrInsert(
            TokenKind.RIGHT_PAREN, TokenKind.ARROW, TokenKind.SEMICOLON, TokenKind.LEFT_BRACE);
    return new Syntax.Elements<>(open, close, List.copyOf(elements));
  }

  private boolean anotherElement() {
    if (cursor.at(TokenKind.WORD) && !diagnostics.full()) {
      cursor.complain("expected ',' or ')', found " + cursor.found());
      return true;
    }
    return cursor.accept(TokenKind.COMMA) && !diagnostics.full();
  }

  private void skipElement() {
    while (true) {
      switch (cursor.peek(0)) {
        case COMMA, RIGHT_PAREN, ARROW, SEMICOLON, LEFT_BRACE, RIGHT_BRACE, END -> {
          return;
        }
        case WORD, LEFT_PAREN, EQUALS, BAD -> cursor.advance();
      }
    }
  }

  /** Consumes the semicolon of a statement; returns the index of the statement's last token. */
  int endOfStatement() {
    cursor.expectOrInsert(
        TokenKind.SEMICOLON, TokenKind.WORD, TokenKind.RIGHT_BRACE, TokenKind.END);
    return cursor.index() - 1;
  }

  private Syntax.Word nameOrLost(String what) {
    if (!cursor.at(TokenKind.WORD)) {
      lost = true;
    }
    return cursor.name(what);
  }

  private static <T> Syntax.Elements<T> none() {
    return new Syntax.Elements<>(0, 0, List.of());
  }

  /** Whether the current token can only begin a declaration: in a body no name follows a name. */
  private boolean atDeclaration() {
    return DECLARATION_WORDS.contains(cursor.word()) && cursor.peek(1) == TokenKind.WORD;
  }

  private void recoverAtTop() {
    int braces = 0;
    while (!cursor.at(TokenKind.END) && !atDeclaration()) {
      TokenKind passed = cursor.peek(0);
      cursor.advance();
      switch (passed) {
        case LEFT_BRACE -> braces++;
        case RIGHT_BRACE -> {
          braces--;
          if (braces <= 0) {
            return;
          }
        }
        case SEMICOLON -> {
          if (braces == 0) {
            return;
          }
        }
        case WORD, LEFT_PAREN, RIGHT_PAREN, COMMA, EQUALS, ARROW, BAD, END -> {}
      }
    }
  }

  private void recoverInBody() {
    while (!cursor.at(TokenKind.END) && !cursor.at(TokenKind.RIGHT_BRACE) && !atDeclaration()) {
      if (cursor.accept(TokenKind.SEMICOLON)) {
        return;
      }
      cursor.advance();
    }
  }

  static List<String> shardingWords() {
    return SHARDING_WORDS;
  }
}
