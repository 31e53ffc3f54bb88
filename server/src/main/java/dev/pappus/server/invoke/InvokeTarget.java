package dev.pappus.server.invoke;

import dev.pappus.model.Signature;
import java.util.List;

/**
 * What a request invokes.
 *
 * @param name as it was sent, a version included
 * @param rest what follows it in the path, from the slash on; empty if nothing does
 * @param signature its sets
 */
public record InvokeTarget(String name, String rest, Signature signature) {
  /** Whether it wants to see the HTTP request. */
  public boolean seesRequest() {
    return signature.inputs().contains(HttpSet.NAME);
  }

  /** Whether it writes status and header fields of its answer. */
  public boolean writesAnswer() {
    List<String> outputs = signature.outputs();
    return outputs.contains(HttpSet.NAME) || outputs.contains(HttpSet.ANSWER_NAME);
  }
}
