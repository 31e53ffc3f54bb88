package dev.pappus.communication;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.net.InetAddress;

/**
 * What the policy says of one connection.
 *
 * @param allowed whether it may be made
 * @param host the host as the URL names it
 * @param address the address to connect to
 * @param port the port to connect to
 * @param rule the rule that decided, as a phrase
 */
public record EgressDecision(
    boolean allowed, String host, InetAddress address, int port, String rule) {

  /** The refusal as a problem; its hint holds the flag that would allow the connection. */
  public Problem toProblem() {
    String target = Addresses.text(address, port);
    String via = Addresses.text(address).equals(host) ? "" : " (" + host + ")";
    return Problem.of(
            ProblemCode.EGRESS_DENIED, "connecting to %s%s is not allowed: %s", target, via, rule)
        .withHint("start the node with --egress " + target + ", or add it to [egress] allow");
  }
}
