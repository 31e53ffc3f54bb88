package dev.pappus.language;

import java.util.List;

/**
 * The comments between tokens. Gap {@code i} lies before token {@code i}; a comment that begins on
 * the line where the token before it ends trails that token, unless the next token is on that line
 * too.
 */
final class Gaps {
  private final SourceText source;
  private final List<Token> tokens;
  private final List<Comment> comments;
  private final int[] firstComment;

  Gaps(SourceText source, Lexer.Lexed lexed) {
    this.source = source;
    tokens = lexed.tokens();
    comments = lexed.comments();
    firstComment = new int[tokens.size() + 1];
    int comment = 0;
    for (int i = 0; i <= tokens.size(); i++) {
      while (comment < comments.size() && comments.get(comment).next() < i) {
        comment++;
      }
      firstComment[i] = comment;
    }
  }

  /** All comments before token {@code i}. */
  List<Comment> all(int i) {
    return comments.subList(firstComment[i], firstComment[i + 1]);
  }

  /** Those that belong to the token before. */
  List<Comment> trailing(int i) {
    return all(i).subList(0, trailingCount(i));
  }

  /** Those that belong to token {@code i}. */
  List<Comment> leading(int i) {
    List<Comment> all = all(i);
    return all.subList(trailingCount(i), all.size());
  }

  /** Those from the first on that are on the line of the token before, whatever follows. */
  List<Comment> onLine(int i) {
    return all(i).subList(0, onLineCount(i));
  }

  /** Those after {@link #onLine}. */
  List<Comment> offLine(int i) {
    List<Comment> all = all(i);
    return all.subList(onLineCount(i), all.size());
  }

  private int trailingCount(int i) {
    Token next = tokens.get(i);
    boolean nextOnLine =
        next.kind() != TokenKind.END && source.line(next.start()) == source.line(tokenEnd(i - 1));
    return nextOnLine ? 0 : onLineCount(i);
  }

  private int onLineCount(int i) {
    if (i == 0) {
      return 0;
    }
    List<Comment> all = all(i);
    int line = source.line(tokenEnd(i - 1));
    int count = 0;
    while (count < all.size() && source.line(all.get(count).start()) == line) {
      line = source.line(all.get(count).end());
      count++;
    }
    return count;
  }

  /** Whether an empty line precedes {@code comment}. */
  boolean blankBefore(Comment comment) {
    boolean first = comment.index() == firstComment[comment.next()];
    int previousEnd =
        first ? tokenEnd(comment.next() - 1) : comments.get(comment.index() - 1).end();
    return source.line(comment.start()) - source.line(previousEnd) >= 2;
  }

  /** Whether an empty line precedes token {@code i}. */
  boolean blankBefore(int i) {
    List<Comment> all = all(i);
    int previousEnd = all.isEmpty() ? tokenEnd(i - 1) : all.getLast().end();
    return source.line(tokens.get(i).start()) - source.line(previousEnd) >= 2;
  }

  private int tokenEnd(int i) {
    return i < 0 ? 0 : tokens.get(i).end();
  }
}
