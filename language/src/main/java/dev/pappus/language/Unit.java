package dev.pappus.language;

import java.util.List;

/**
 * A declaration's head or a statement, ready to be printed: {@code HEAD (inputs) => (outputs)TAIL}
 * with its comments.
 *
 * @param leading comments on lines of their own before it
 * @param blankBefore whether an empty line separates it from what precedes it (the last leading
 *     comment, if there is one)
 * @param trailing comments after it, on its last line
 */
record Unit(
    List<Lead> leading,
    boolean blankBefore,
    String head,
    Row inputs,
    Row outputs,
    String tail,
    List<Comment> trailing) {

  /** A comment on a line of its own. */
  record Lead(Comment comment, boolean blankBefore) {}

  /**
   * A list in parentheses.
   *
   * @param dangling comments before the closing parenthesis
   */
  record Row(List<Cell> cells, List<Comment> dangling) {
    /** A list without comments. */
    static Row of(List<String> names) {
      return new Row(
          names.stream().map(name -> new Cell(List.of(), name, List.of())).toList(), List.of());
    }

    boolean hasComments() {
      return !dangling.isEmpty()
          || cells.stream().anyMatch(c -> !c.leading.isEmpty() || !c.trailing.isEmpty());
    }

    boolean isEmpty() {
      return cells.isEmpty() && dangling.isEmpty();
    }
  }

  /** An element of a list. */
  record Cell(List<Comment> leading, String text, List<Comment> trailing) {}
}
