package dev.pappus.communication;

import dev.pappus.model.Names;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One allow rule, {@code HOST|CIDR[:PORT]}. HOST is a name, {@code *.NAME} for everything below a
 * name, or an IP address; an IPv6 address or block that is followed by a port stands in brackets.
 *
 * <p>A name rule speaks of the host as the URL writes it and trusts whatever addresses the name
 * has; an address rule speaks of the address that is connected to.
 */
final class EgressRule {
  private static final int ANY_PORT = 0;
  private static final Pattern NAME =
      Pattern.compile("(?:\\*\\.)?[a-z0-9_](?:[a-z0-9_-]*)(?:\\.[a-z0-9_](?:[a-z0-9_-]*))*");

  private final String text;
  private final @Nullable Cidr block;
  private final String name;
  private final int port;

  private EgressRule(String text, @Nullable Cidr block, String name, int port) {
    this.text = text;
    this.block = block;
    this.name = name;
    this.port = port;
  }

  /**
   * Parses {@code text}.
   *
   * @throws IllegalArgumentException with a message for the person who wrote it
   */
  static EgressRule parse(String text) {
    try {
      return parseTrimmed(text.trim().toLowerCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'"
              + Names.printable(text)
              + "' is not an egress rule: "
              + e.getMessage()
              + ". Write HOST, ADDRESS or CIDR, with :PORT to allow one port only, for example"
              + " db.internal:5432, *.example.org, 10.0.0.0/8 or [fd00::/8]:443",
          e);
    }
  }

  private static EgressRule parseTrimmed(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("it is empty");
    }
    if (text.contains("://")) {
      throw new IllegalArgumentException("it is a URL; leave out scheme and path");
    }
    String target = text;
    int port = ANY_PORT;
    int colon = text.indexOf(':');
    if (text.startsWith("[")) {
      int close = text.indexOf(']');
      if (close < 0) {
        throw new IllegalArgumentException("']' is missing");
      }
      target = text.substring(1, close);
      if (target.indexOf(':') < 0) {
        throw new IllegalArgumentException("brackets are for IPv6 only");
      }
      if (close + 1 < text.length()) {
        if (text.charAt(close + 1) != ':') {
          throw new IllegalArgumentException("only :PORT may follow ']'");
        }
        port = parsePort(text.substring(close + 2));
      }
    } else if (colon >= 0 && colon == text.lastIndexOf(':')) {
      target = text.substring(0, colon);
      port = parsePort(text.substring(colon + 1));
    }
    return ofTarget(text, target, port);
  }

  private static EgressRule ofTarget(String text, String target, int port) {
    if (target.indexOf('/') >= 0) {
      return new EgressRule(text, Cidr.parse(target), "", port);
    }
    InetAddress address = Addresses.parseLiteral(target);
    if (address != null) {
      return new EgressRule(text, Cidr.single(address), "", port);
    }
    if (target.equals("*")) {
      throw new IllegalArgumentException(
          "'*' alone is not a rule; 0.0.0.0/0 and ::/0 together allow every address");
    }
    String name = target.endsWith(".") ? target.substring(0, target.length() - 1) : target;
    if (Addresses.looksNumeric(name) || name.indexOf(':') >= 0) {
      throw new IllegalArgumentException("it is neither an IP address nor a host name");
    }
    if (name.length() > HttpUrl.HOST_LENGTH_MAX || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("it is not a host name");
    }
    return new EgressRule(text, null, name, port);
  }

  private static int parsePort(String digits) {
    int port = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
    if (port < 1 || port > HttpUrl.PORT_MAX) {
      throw new IllegalArgumentException("the port is not a number from 1 to " + HttpUrl.PORT_MAX);
    }
    return port;
  }

  /** Whether the rule allows to connect to {@code address}, reached by {@code host}. */
  boolean matches(String host, InetAddress address, int connectPort) {
    if (port != ANY_PORT && port != connectPort) {
      return false;
    }
    if (block != null) {
      return block.contains(Addresses.bytes(address));
    }
    // An address in the URL is never a name, not even one below a wildcard.
    if (Addresses.parseLiteral(host) != null) {
      return false;
    }
    String plain = host.toLowerCase(Locale.ROOT);
    return name.startsWith("*.") ? plain.endsWith(name.substring(1)) : plain.equals(name);
  }

  /** The rule as it was written. */
  @Override
  public String toString() {
    return text;
  }
}
