package dev.pappus.language;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The statements of a composition. */
final class ApplicationParser {
  private static final String OPTIONAL = "optional";
  private static final String BY = "by";

  /** How a join may be spelt: {@code outer} is another word for {@code full}. */
  private enum JoinWord {
    CROSS("cross", JoinKind.CROSS),
    INNER("inner", JoinKind.INNER),
    LEFT("left", JoinKind.LEFT),
    RIGHT("right", JoinKind.RIGHT),
    FULL("full", JoinKind.FULL),
    OUTER("outer", JoinKind.FULL);

    private final String word;
    private final JoinKind kind;

    JoinWord(String word, JoinKind kind) {
      this.word = word;
      this.kind = kind;
    }
  }

  private static final JoinWord[] JOIN_WORDS = JoinWord.values();
  private static final Sharding[] SHARDINGS = Sharding.values();

  private final Parser parser;
  private final TokenCursor cursor;
  private final Diagnostics diagnostics;

  ApplicationParser(Parser parser, TokenCursor cursor, Diagnostics diagnostics) {
    this.parser = parser;
    this.cursor = cursor;
    this.diagnostics = diagnostics;
  }

  Syntax.Statement statement() {
    int first = cursor.index();
    Syntax.Word callee = cursor.name("a statement or '}'");
    Syntax.Elements<Syntax.Input> inputs = parser.list(this::input);
    cursor.expectOrInsert(TokenKind.ARROW, TokenKind.LEFT_PAREN);
    Syntax.Elements<Syntax.Output> outputs = parser.list(this::output);
    Optional<Syntax.JoinClause> join = join();
    return new Syntax.Statement(callee, inputs, outputs, join, first, parser.endOfStatement());
  }

  private Syntax.Input input() {
    Syntax.Word parameter = cursor.name("a parameter name");
    if (!cursor.at(TokenKind.EQUALS)) {
      throw cursor.stop(
          "expected '=' after '%s', found %s; write 'parameter = all set'"
              .formatted(TokenCursor.shortened(parameter.text()), cursor.found()));
    }
    cursor.advance();
    boolean optional = optional();
    int offset = cursor.offset();
    String written = cursor.word();
    Optional<Sharding> sharding = cursor.keyword(SHARDINGS, Sharding::keyword);
    if (sharding.isEmpty()) {
      return withoutSharding(parameter, optional);
    }
    boolean apart = written.equals(sharding.get().keyword());
    Optional<Syntax.Word> glued =
        apart ? Optional.empty() : Optional.of(new Syntax.Word(written, offset));
    Syntax.Word set = cursor.name("a set name after '" + sharding.get().keyword() + "'");
    return new Syntax.Input(parameter, optional, sharding.get(), set, glued);
  }

  /** Consumes {@code optional}; glued only where a sharding word follows in the same word. */
  private boolean optional() {
    String word = cursor.word();
    if (word.equals(OPTIONAL)) {
      cursor.advance();
      return true;
    }
    if (!TokenCursor.startsGlued(word, OPTIONAL)) {
      return false;
    }
    String rest = word.substring(OPTIONAL.length());
    for (String sharding : Parser.shardingWords()) {
      if (rest.equals(sharding) || TokenCursor.startsGlued(rest, sharding)) {
        parser.warnOfGlue(word, OPTIONAL, cursor.offset());
        cursor.split(OPTIONAL.length());
        return true;
      }
    }
    return false;
  }

  /**
   * {@code p = set}, or {@code p = eech set}: reported, then read as if {@code all} stood there.
   */
  private Syntax.Input withoutSharding(Syntax.Word parameter, boolean optional) {
    String written = TokenCursor.shortened(cursor.word());
    if (cursor.at(TokenKind.WORD)
        && cursor.peek(1) == TokenKind.WORD
        && cursor.peek(2) != TokenKind.EQUALS) {
      String hint = diagnostics.didYouMean(written, Parser.shardingWords());
      cursor.complain(
          "'%s' is no sharding word (all, each, keyed, anyEach or anyKeyed)%s"
              .formatted(written, hint));
      cursor.advance();
    } else if (cursor.at(TokenKind.WORD)) {
      cursor.complain(
          "the sharding word is missing: write 'all %s', or each, keyed, anyEach or anyKeyed"
              .formatted(written));
    } else {
      throw cursor.stop(
          "expected a sharding word (all, each, keyed, anyEach or anyKeyed), found "
              + cursor.found());
    }
    Syntax.Word set = cursor.name("a set name");
    return new Syntax.Input(parameter, optional, Sharding.ALL, set, Optional.empty());
  }

  private Syntax.Output output() {
    Syntax.Word set = cursor.name("a set name");
    if (!cursor.at(TokenKind.EQUALS)) {
      throw cursor.stop(
          "expected '=' after '%s', found %s; write 'set = result'"
              .formatted(TokenCursor.shortened(set.text()), cursor.found()));
    }
    cursor.advance();
    return new Syntax.Output(set, cursor.name("the name of one of the function's outputs"));
  }

  private Optional<Syntax.JoinClause> join() {
    String written = cursor.word();
    int offset = cursor.offset();
    // In `F () => () byte () => ();` the semicolon is missing; nothing is joined.
    boolean nextStatement = !written.equals(BY) && cursor.peek(1) == TokenKind.LEFT_PAREN;
    if (nextStatement || cursor.keyword(new String[] {BY}, word -> word).isEmpty()) {
      return Optional.empty();
    }
    parser.warnOfGlue(written, BY, offset);
    Syntax.Word first = cursor.name("the name of a parameter after 'by'");
    List<Syntax.JoinStep> steps = new ArrayList<>();
    while (cursor.at(TokenKind.WORD) && cursor.peek(1) != TokenKind.LEFT_PAREN) {
      String kindWritten = cursor.word();
      int kindOffset = cursor.offset();
      Optional<JoinWord> word = cursor.keyword(JOIN_WORDS, w -> w.word);
      if (word.isEmpty()) {
        List<String> known = List.of("cross", "inner", "left", "right", "full");
        throw cursor.stop(
            "expected a join (cross, inner, left, right or full) or ';', found "
                + cursor.found()
                + diagnostics.didYouMean(kindWritten, known));
      }
      parser.warnOfGlue(kindWritten, word.get().word, kindOffset);
      steps.add(
          new Syntax.JoinStep(
              word.get().kind,
              cursor.name("the name of a parameter after '" + word.get().word + "'")));
    }
    return Optional.of(new Syntax.JoinClause(first, List.copyOf(steps)));
  }
}
