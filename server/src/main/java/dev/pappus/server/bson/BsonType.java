package dev.pappus.server.bson;

/** Element types of BSON by their byte on the wire; those that documents here may hold. */
final class BsonType {
  /** Not a type: the document is over. */
  static final int END = 0x00;

  static final int STRING = 0x02;
  static final int DOCUMENT = 0x03;
  static final int ARRAY = 0x04;
  static final int BINARY = 0x05;
  static final int NULL = 0x0A;
  static final int INT32 = 0x10;
  static final int INT64 = 0x12;

  private BsonType() {}

  /** The type in words, for messages. */
  static String describe(int type) {
    return switch (type) {
      case 0x01 -> "a double";
      case STRING -> "a string";
      case DOCUMENT -> "a document";
      case ARRAY -> "an array";
      case BINARY -> "a binary";
      case 0x08 -> "a boolean";
      case NULL -> "null";
      case INT32 -> "an int32";
      case INT64 -> "an int64";
      default -> "a value of type 0x%02x".formatted(type);
    };
  }
}
