package dev.pappus.communication;

import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A block of IP addresses, {@code 10.0.0.0/8}. IPv4 and IPv6 never match each other. */
final class Cidr {
  private final byte[] base;
  private final int prefixBits;

  private Cidr(byte[] base, int prefixBits) {
    this.base = base;
    this.prefixBits = prefixBits;
  }

  /** The block that holds {@code address} alone. */
  static Cidr single(InetAddress address) {
    byte[] bytes = Addresses.bytes(address);
    return new Cidr(bytes, bytes.length * Byte.SIZE);
  }

  /**
   * Parses {@code ADDRESS/BITS}.
   *
   * @throws IllegalArgumentException with a phrase that says what is wrong
   */
  static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = slash < 0 ? null : Addresses.parseLiteral(text.substring(0, slash));
    if (address == null) {
      throw new IllegalArgumentException("the part before '/' is not an IP address");
    }
    byte[] base = Addresses.bytes(address);
    Integer bits = parseBits(text.substring(slash + 1));
    int most = base.length * Byte.SIZE;
    if (bits == null || bits > most) {
      throw new IllegalArgumentException("the prefix length is not a number from 0 to " + most);
    }
    byte[] masked = mask(base, bits);
    if (!Arrays.equals(masked, base)) {
      throw new IllegalArgumentException(
          "the address has bits behind its prefix; did you mean "
              + Addresses.text(Addresses.ofBytes(masked))
              + "/"
              + bits
              + "?");
    }
    return new Cidr(base, bits);
  }

  private static @Nullable Integer parseBits(String digits) {
    return digits.matches("0|[1-9][0-9]{0,2}") ? Integer.valueOf(digits) : null;
  }

  private static byte[] mask(byte[] bytes, int prefixBits) {
    byte[] masked = bytes.clone();
    for (int i = 0; i < masked.length; i++) {
      int keep = Math.clamp(prefixBits - i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] &= (byte) (0xFF << (Byte.SIZE - keep));
    }
    return masked;
  }

  /** Whether {@code address}, 4 or 16 bytes, lies in the block. */
  boolean contains(byte[] address) {
    if (address.length != base.length) {
      return false;
    }
    int whole = prefixBits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (address[i] != base[i]) {
        return false;
      }
    }
    int rest = prefixBits % Byte.SIZE;
    return rest == 0 || ((address[whole] ^ base[whole]) & 0xFF) >> (Byte.SIZE - rest) == 0;
  }

  /** {@code 10.0.0.0/8}. */
  @Override
  public String toString() {
    return Addresses.text(Addresses.ofBytes(base)) + "/" + prefixBits;
  }
}
