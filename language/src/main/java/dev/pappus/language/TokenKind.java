package dev.pappus.language;

/** What a token is; {@code shown} is how messages name it. */
enum TokenKind {
  WORD("a name"),
  LEFT_PAREN("'('"),
  RIGHT_PAREN("')'"),
  LEFT_BRACE("'{'"),
  RIGHT_BRACE("'}'"),
  COMMA("','"),
  EQUALS("'='"),
  ARROW("'=>'"),
  SEMICOLON("';'"),
  /** Characters that are no token; the lexer has already reported them. */
  BAD("unexpected characters"),
  END("the end of the text");

  private final String shown;

  TokenKind(String shown) {
    this.shown = shown;
  }

  String shown() {
    return shown;
  }
}
