package dev.pappus.communication;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as bytes and as text, in one spelling each. Never asks a name service. */
final class Addresses {
  static final int IPV4_BYTES = 4;
  static final int IPV6_BYTES = 16;

  private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9A-Fa-f]*");

  private Addresses() {}

  /**
   * The address that {@code text} spells: an IPv4 address as four decimal numbers, or an IPv6
   * address without zone and brackets. Null for everything else, also for the historic spellings of
   * IPv4 (octal, hexadecimal, fewer numbers).
   */
  static @Nullable InetAddress parseLiteral(String text) {
    boolean ipv6 = text.indexOf(':') >= 0;
    if (!(ipv6 ? IPV6 : IPV4).matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /**
   * Whether a host that is no canonical address would still be taken for one by common resolvers:
   * its last label is a decimal, octal or hexadecimal number.
   */
  static boolean looksNumeric(String host) {
    return NUMBER.matcher(host.substring(host.lastIndexOf('.') + 1)).matches();
  }

  /** The address's bytes; an IPv4-mapped IPv6 address becomes the IPv4 address that it means. */
  static byte[] bytes(InetAddress address) {
    byte[] raw = address.getAddress();
    if (raw.length == IPV6_BYTES && isMapped(raw)) {
      return new byte[] {raw[12], raw[13], raw[14], raw[15]};
    }
    return raw;
  }

  private static boolean isMapped(byte[] raw) {
    for (int i = 0; i < 10; i++) {
      if (raw[i] != 0) {
        return false;
      }
    }
    return raw[10] == (byte) 0xFF && raw[11] == (byte) 0xFF;
  }

  /** The address of 4 or 16 bytes. */
  static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
    }
  }

  /** {@code 10.1.2.3} or {@code 2001:db8::1}: IPv6 lower-case, longest run of zeros left out. */
  static String text(InetAddress address) {
    byte[] raw = bytes(address);
    if (raw.length == IPV4_BYTES) {
      return ofBytes(raw).getHostAddress();
    }
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = ((raw[2 * i] & 0xFF) << 8) | (raw[2 * i + 1] & 0xFF);
    }
    int runStart = -1;
    int runLength = 1;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > runLength) {
        runStart = i;
        runLength = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < groups.length; i++) {
      if (i == runStart) {
        text.append("::");
        i += runLength - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** {@code 10.1.2.3:80} or {@code [2001:db8::1]:80}. */
  static String text(InetAddress address, int port) {
    String host = text(address);
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
