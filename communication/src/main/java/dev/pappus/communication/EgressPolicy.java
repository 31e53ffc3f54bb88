package dev.pappus.communication;

import java.net.InetAddress;
import java.util.List;

/**
 * Where communication functions may connect to: public addresses (unless closed) and whatever an
 * allow rule names; nothing else. Immutable; safe for all threads. It judges addresses, not names,
 * so it has to be asked about the very address that is then connected to.
 */
public final class EgressPolicy {
  /** Public addresses and nothing else. */
  public static final EgressPolicy DEFAULT = parse(List.of(), true);

  private final List<EgressRule> rules;
  private final boolean allowPublic;

  private EgressPolicy(List<EgressRule> rules, boolean allowPublic) {
    this.rules = rules;
    this.allowPublic = allowPublic;
  }

  /**
   * Makes a policy.
   *
   * @param allow rules of the form {@code HOST|CIDR[:PORT]}, as given with {@code --egress} and in
   *     {@code [egress] allow}
   * @param allowPublic whether public addresses are allowed without a rule
   * @throws IllegalArgumentException with a message for the person who wrote the rule
   */
  public static EgressPolicy parse(List<String> allow, boolean allowPublic) {
    return new EgressPolicy(allow.stream().map(EgressRule::parse).toList(), allowPublic);
  }

  /**
   * Judges one connection.
   *
   * @param host the host as the URL names it: a name without trailing dot, or an address without
   *     brackets
   * @param address the address that is going to be connected to
   * @param port the port that is going to be connected to
   */
  public EgressDecision decide(String host, InetAddress address, int port) {
    for (EgressRule rule : rules) {
      if (rule.matches(host, address, port)) {
        return new EgressDecision(true, host, address, port, "allowed by " + rule);
      }
    }
    AddressClass addressClass = AddressClass.of(address);
    if (addressClass != AddressClass.PUBLIC) {
      return new EgressDecision(
          false,
          host,
          address,
          port,
          "it is a " + addressClass.text() + " address and no rule of [egress] allow names it");
    }
    return new EgressDecision(
        allowPublic,
        host,
        address,
        port,
        allowPublic
            ? "public addresses are allowed"
            : "[egress] public is false and no rule of [egress] allow names it");
  }
}
