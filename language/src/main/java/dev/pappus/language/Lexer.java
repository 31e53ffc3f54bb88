package dev.pappus.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Text to tokens and comments. Every text has tokens; what is none becomes {@link TokenKind#BAD}.
 */
final class Lexer {
  /**
   * What the lexer found.
   *
   * @param tokens the tokens; the last is {@link TokenKind#END}. The parser's own, who may split
   *     glued words in place
   * @param comments the comments, in order
   */
  record Lexed(List<Token> tokens, List<Comment> comments) {}

  private final String text;
  private final Diagnostics diagnostics;
  private final List<Token> tokens = new ArrayList<>();
  private final List<Comment> comments = new ArrayList<>();
  private int at;

  private Lexer(String text, Diagnostics diagnostics) {
    this.text = text;
    this.diagnostics = diagnostics;
  }

  static Lexed lex(String text, Diagnostics diagnostics) {
    Lexer lexer = new Lexer(text, diagnostics);
    lexer.run();
    return new Lexed(lexer.tokens, lexer.comments);
  }

  private void run() {
    if (text.startsWith("\uFEFF")) {
      at = 1; // a byte order mark
    }
    while (at < text.length() && !diagnostics.full()) {
      char c = text.charAt(at);
      if (isBlank(c)) {
        at++;
      } else if (text.startsWith("//", at)) {
        lineComment();
      } else if (text.startsWith("/*", at)) {
        blockComment();
      } else if (isWordStart(c)) {
        int start = at;
        skipWord();
        tokens.add(new Token(TokenKind.WORD, start, at));
      } else {
        symbol(c);
      }
    }
    tokens.add(new Token(TokenKind.END, text.length(), text.length()));
  }

  private void symbol(char c) {
    switch (c) {
      case '(' -> single(TokenKind.LEFT_PAREN);
      case ')' -> single(TokenKind.RIGHT_PAREN);
      case '{' -> single(TokenKind.LEFT_BRACE);
      case '}' -> single(TokenKind.RIGHT_BRACE);
      case ',' -> single(TokenKind.COMMA);
      case ';' -> single(TokenKind.SEMICOLON);
      case '=' -> {
        if (text.startsWith("=>", at)) {
          tokens.add(new Token(TokenKind.ARROW, at, at + 2));
          at += 2;
        } else {
          single(TokenKind.EQUALS);
        }
      }
      default -> bad();
    }
  }

  private void single(TokenKind kind) {
    tokens.add(new Token(kind, at, at + 1));
    at++;
  }

  private void bad() {
    int start = at;
    int first = text.codePointAt(at);
    if (first >= '0' && first <= '9') {
      skipWord();
      diagnostics.error(start, "a name cannot start with a digit");
    } else {
      at += Character.charCount(first);
      while (at < text.length() && isBad(text.charAt(at))) {
        at++;
      }
      String run = text.substring(start, at);
      String hint =
          run.equals("->") || run.equals("→")
              ? "; write '=>'"
              : "; names consist of ASCII letters, digits and '_'";
      diagnostics.error(start, "unexpected " + shown(first, run) + hint);
      skipWord(); // in a-b the rest would only add noise
    }
    tokens.add(new Token(TokenKind.BAD, start, at));
  }

  private static String shown(int first, String run) {
    if (run.equals("->")) {
      return "'->'";
    }
    String code = String.format(Locale.ROOT, "U+%04X", first);
    if (first > ' ' && first < 0x7F) {
      return "'" + (char) first + "'";
    }
    return Character.isLetterOrDigit(first)
        ? "'" + Character.toString(first) + "' (" + code + ")"
        : "character " + code;
  }

  private void lineComment() {
    int start = at;
    while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      at++;
    }
    int end = at;
    while (isBlank(text.charAt(end - 1))) {
      end--;
    }
    comments.add(
        new Comment(text.substring(start, end), start, end, tokens.size(), comments.size()));
  }

  private void blockComment() {
    int start = at;
    int close = text.indexOf("*/", at + 2);
    if (close < 0) {
      diagnostics.error(start, "this comment is never closed; write '*/' where it ends");
      at = text.length();
      tokens.add(new Token(TokenKind.BAD, start, at));
      return;
    }
    at = close + 2;
    String verbatim = text.substring(start, at).replace("\r\n", "\n").replace('\r', '\n');
    comments.add(new Comment(verbatim, start, at, tokens.size(), comments.size()));
  }

  private void skipWord() {
    while (at < text.length() && (isWordStart(text.charAt(at)) || isDigit(text.charAt(at)))) {
      at++;
    }
  }

  private static boolean isBad(char c) {
    return !isBlank(c) && !isWordStart(c) && !isDigit(c) && "(){},;=/".indexOf(c) < 0;
  }

  static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Unicode's White_Space, and the few control characters that Java adds. */
  private static boolean isBlank(char c) {
    return c == ' '
        || c == '\n'
        || Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || c == '\u0085';
  }
}
