package dev.pappus.server.invoke;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/** Opens JSON that a client has sent: flat, with short names and numbers. Any thread may use it. */
public final class RequestJson {
  private static final int DEPTH_MAX = 8;
  private static final int PROPERTY_NAME_MAX = 256;
  private static final int NUMBER_MAX = 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxNameLength(PROPERTY_NAME_MAX)
                  .maxNumberLength(NUMBER_MAX)
                  .maxStringLength(Integer.MAX_VALUE) // the body has a limit
                  .build())
          .build();

  private RequestJson() {}

  /**
   * A parser of the first {@code length} bytes, which are not copied; the caller closes it.
   *
   * @throws tools.jackson.core.JacksonException if its encoding is none of JSON's
   */
  public static JsonParser open(byte[] bytes, int length) {
    return FACTORY.createParser(ObjectReadContext.empty(), bytes, 0, length);
  }
}
