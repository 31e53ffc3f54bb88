package dev.pappus.language;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A place in the tokens, with what every rule of the grammar needs to look and to complain. */
final class TokenCursor {
  /** A rule cannot go on; the error is reported, the caller looks for a place to go on from. */
  static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Stop() {
      super("syntax error", null, false, false);
    }
  }

  private static final int NAME_LENGTH_MAX = 63;

  private final String text;
  private final List<Token> tokens;
  private final Diagnostics diagnostics;
  private int index;

  TokenCursor(String text, List<Token> tokens, Diagnostics diagnostics) {
    this.text = text;
    this.tokens = tokens;
    this.diagnostics = diagnostics;
  }

  int index() {
    return index;
  }

  boolean at(TokenKind kind) {
    return tokens.get(index).kind() == kind;
  }

  /** Kind of the token {@code ahead} tokens further on; END stands for all behind the end. */
  TokenKind peek(int ahead) {
    return tokens.get(Math.min(index + ahead, tokens.size() - 1)).kind();
  }

  int offset() {
    return tokens.get(index).start();
  }

  /** The current word's text, or an empty text. */
  String word() {
    Token token = tokens.get(index);
    return token.kind() == TokenKind.WORD ? text.substring(token.start(), token.end()) : "";
  }

  void advance() {
    if (!at(TokenKind.END)) {
      index++;
    }
  }

  boolean accept(TokenKind kind) {
    boolean there = at(kind);
    if (there) {
      advance();
    }
    return there;
  }

  /** Consumes a token of {@code kind}; returns its index. */
  int expect(TokenKind kind) {
    if (!at(kind)) {
      complainOfMissing(kind);
      throw new Stop();
    }
    advance();
    return index - 1;
  }

  /**
   * Like {@link #expect}, but if the token is missing where {@code follow} comes next it is only
   * reported, as if it were there.
   */
  int expectOrInsert(TokenKind kind, TokenKind... follow) {
    if (!at(kind) && Arrays.asList(follow).contains(tokens.get(index).kind())) {
      complainOfMissing(kind);
      return index;
    }
    return expect(kind);
  }

  /** Consumes a name. */
  Syntax.Word name(String what) {
    if (!at(TokenKind.WORD)) {
      throw stop("expected " + what + ", found " + found());
    }
    Syntax.Word name = new Syntax.Word(word(), offset());
    if (name.text().length() > NAME_LENGTH_MAX) {
      diagnostics.error(name.offset(), "this name is longer than " + NAME_LENGTH_MAX + " letters");
    }
    advance();
    return name;
  }

  /**
   * Consumes the keyword of one of {@code choices}; glued to the name that follows it, only the
   * keyword's part.
   */
  <T> Optional<T> keyword(T[] choices, Function<T, String> keyword) {
    String word = word();
    for (T choice : choices) {
      if (word.equals(keyword.apply(choice))) {
        advance();
        return Optional.of(choice);
      }
    }
    for (T choice : choices) {
      if (startsGlued(word, keyword.apply(choice))) {
        split(keyword.apply(choice).length());
        return Optional.of(choice);
      }
    }
    return Optional.empty();
  }

  /** Whether {@code word} is {@code keyword} and, without a blank, a name. */
  static boolean startsGlued(String word, String keyword) {
    return word.length() > keyword.length()
        && word.startsWith(keyword)
        && Lexer.isWordStart(word.charAt(keyword.length()));
  }

  /** Drops the first {@code length} chars of the current word. */
  void split(int length) {
    Token token = tokens.get(index);
    tokens.set(index, new Token(token.kind(), token.start() + length, token.end()));
  }

  /** Reports an error at the current token. */
  void complain(String message) {
    complain(index > 0 && at(TokenKind.END) ? tokens.get(index - 1).end() : offset(), message);
  }

  Stop stop(String message) {
    complain(message);
    return new Stop();
  }

  /** Reports that {@code kind} is missing; where lines lie between, behind the previous token. */
  private void complainOfMissing(TokenKind kind) {
    int previousEnd = index > 0 ? tokens.get(index - 1).end() : 0;
    boolean sameLine = text.substring(previousEnd, offset()).indexOf('\n') < 0;
    complain(
        sameLine && !at(TokenKind.END) ? offset() : previousEnd,
        "expected " + kind.shown() + ", found " + found());
  }

  private void complain(int offset, String message) {
    if (!at(TokenKind.BAD)) { // the lexer has said what is wrong here
      diagnostics.error(offset, message);
    }
  }

  /** The current token, for a message. */
  String found() {
    return at(TokenKind.WORD) ? "'" + shortened(word()) + "'" : tokens.get(index).kind().shown();
  }

  static String shortened(String word) {
    return word.length() > NAME_LENGTH_MAX ? word.substring(0, NAME_LENGTH_MAX) + "…" : word;
  }
}
