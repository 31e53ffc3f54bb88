package dev.pappus.language;

import java.util.List;
import java.util.Optional;

/**
 * A text as the parser saw it. Nodes remember the indices of their first and last token, so that
 * the formatter can find the comments between them.
 */
final class Syntax {
  private Syntax() {}

  /**
   * A whole text.
   *
   * @param declarations functions and compositions, in text order
   * @param lost whether a syntax error hid whole declarations, so that a name not found here may
   *     only have been lost
   */
  record Module(List<Declaration> declarations, boolean lost) {}

  /** A name and where it stands. */
  record Word(String text, int offset) {}

  /** Something in a list, with the indices of its first and last token. */
  record Element<T>(T value, int first, int last) {}

  /** A list in parentheses, with the indices of the parentheses' tokens. */
  record Elements<T>(int open, int close, List<Element<T>> elements) {
    List<T> values() {
      return elements.stream().map(Element::value).toList();
    }
  }

  /** What may stand at the top of a text. */
  sealed interface Declaration {
    Word name();

    /** Names of the input sets. */
    Elements<Word> inputs();

    /** Names of the output sets. */
    Elements<Word> outputs();

    /** Index of the first token. */
    int first();

    /** Index of the last token. */
    int last();

    /** Whether a syntax error hid parts of it. */
    boolean damaged();
  }

  /** {@code function NAME (…) => (…);}. */
  record Function(
      Word name,
      Elements<Word> inputs,
      Elements<Word> outputs,
      int first,
      int last,
      boolean damaged)
      implements Declaration {}

  /** {@code composition NAME (…) => (…) { … }}; {@code brace} is the index of the opening one. */
  record CompositionBlock(
      Word name,
      Elements<Word> inputs,
      Elements<Word> outputs,
      int brace,
      List<Statement> statements,
      int first,
      int last,
      boolean damaged)
      implements Declaration {}

  /** {@code CALLEE (…) => (…) by …;}. */
  record Statement(
      Word callee,
      Elements<Input> inputs,
      Elements<Output> outputs,
      Optional<JoinClause> join,
      int first,
      int last) {}

  /**
   * {@code PARAMETER = optional SHARDING SET}.
   *
   * @param glued the word as written, where sharding word and set name were not separated
   */
  record Input(
      Word parameter, boolean optional, Sharding sharding, Word set, Optional<Word> glued) {}

  /** {@code SET = RESULT}. */
  record Output(Word set, Word result) {}

  /** {@code by FIRST …}. */
  record JoinClause(Word first, List<JoinStep> steps) {}

  /** {@code … KIND NAME}. */
  record JoinStep(JoinKind kind, Word name) {}
}
