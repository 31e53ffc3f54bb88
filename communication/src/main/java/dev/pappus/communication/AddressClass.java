package dev.pappus.communication;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * What an address is for, after the special-purpose registries of IANA. Everything that is not
 * known to be {@link #PUBLIC} is something else.
 */
enum AddressClass {
  PUBLIC("public"),
  UNSPECIFIED("unspecified"),
  LOOPBACK("loopback"),
  PRIVATE("private"),
  SHARED("shared (carrier-grade NAT)"),
  LINK_LOCAL("link-local"),
  METADATA("cloud metadata"),
  MULTICAST("multicast"),
  BROADCAST("broadcast"),
  DOCUMENTATION("documentation"),
  BENCHMARK("benchmark"),
  RESERVED("reserved");

  /** In this order; the first block that holds an address decides. */
  private static final List<Block> BLOCKS =
      List.of(
          // Metadata services of clouds, some of them inside blocks that look harmless.
          block("169.254.169.254/32", METADATA),
          block("169.254.170.2/32", METADATA),
          block("169.254.170.23/32", METADATA),
          block("100.100.100.200/32", METADATA),
          block("168.63.129.16/32", METADATA),
          block("192.0.0.192/32", METADATA),
          block("fd00:ec2::254/128", METADATA),
          block("fd00:ec2::23/128", METADATA),
          block("fd20:ce::254/128", METADATA),
          block("0.0.0.0/8", UNSPECIFIED),
          block("10.0.0.0/8", PRIVATE),
          block("100.64.0.0/10", SHARED),
          block("127.0.0.0/8", LOOPBACK),
          block("169.254.0.0/16", LINK_LOCAL),
          block("172.16.0.0/12", PRIVATE),
          block("192.0.0.0/24", RESERVED),
          block("192.0.2.0/24", DOCUMENTATION),
          block("192.88.99.0/24", RESERVED),
          block("192.168.0.0/16", PRIVATE),
          block("198.18.0.0/15", BENCHMARK),
          block("198.51.100.0/24", DOCUMENTATION),
          block("203.0.113.0/24", DOCUMENTATION),
          block("224.0.0.0/4", MULTICAST),
          block("255.255.255.255/32", BROADCAST),
          block("240.0.0.0/4", RESERVED),
          block("0.0.0.0/0", PUBLIC),
          block("::/128", UNSPECIFIED),
          block("::1/128", LOOPBACK),
          block("64:ff9b:1::/48", PRIVATE),
          block("fc00::/7", PRIVATE),
          block("fec0::/10", PRIVATE),
          block("fe80::/10", LINK_LOCAL),
          block("ff00::/8", MULTICAST),
          block("2001:2::/48", BENCHMARK),
          block("2001:db8::/32", DOCUMENTATION),
          block("3fff::/20", DOCUMENTATION),
          // Protocol assignments: Teredo, ORCHID and others; nothing there serves HTTP.
          block("2001::/23", RESERVED),
          block("2000::/3", PUBLIC),
          block("::/0", RESERVED));

  /** IPv6 blocks whose addresses stand for the IPv4 address inside them, and where it begins. */
  private static final List<Embedding> EMBEDDINGS =
      List.of(
          new Embedding(Cidr.parse("64:ff9b::/96"), 12), new Embedding(Cidr.parse("2002::/16"), 2));

  private static final Cidr COMPATIBLE = Cidr.parse("::/96");
  private static final Cidr TRANSLATED = Cidr.parse("::ffff:0:0:0/96");
  private static final Cidr TEREDO = Cidr.parse("2001::/32");

  private final String text;

  AddressClass(String text) {
    this.text = text;
  }

  /** The class as an adjective for messages. */
  String text() {
    return text;
  }

  /** The class of {@code address}, and of the IPv4 address that it carries if it carries one. */
  static AddressClass of(InetAddress address) {
    byte[] bytes = Addresses.bytes(address);
    return bytes.length == Addresses.IPV4_BYTES ? lookUp(bytes) : ofIpv6(bytes);
  }

  private static AddressClass ofIpv6(byte[] bytes) {
    for (Embedding embedding : EMBEDDINGS) {
      if (embedding.block.contains(bytes)) {
        return lookUp(ipv4At(bytes, embedding.offset));
      }
    }
    AddressClass own = lookUp(bytes);
    // Forms nobody routes any more: never public, but named after what they try to reach.
    if (own == RESERVED && (COMPATIBLE.contains(bytes) || TRANSLATED.contains(bytes))) {
      return unlessPublic(lookUp(ipv4At(bytes, 12)), own);
    }
    if (own == RESERVED && TEREDO.contains(bytes)) {
      byte[] client = ipv4At(bytes, 12);
      for (int i = 0; i < client.length; i++) {
        client[i] = (byte) ~client[i];
      }
      AddressClass server = lookUp(ipv4At(bytes, 4));
      return unlessPublic(server, unlessPublic(lookUp(client), own));
    }
    return own == PUBLIC && isIsatap(bytes) ? lookUp(ipv4At(bytes, 12)) : own;
  }

  private static AddressClass unlessPublic(AddressClass inner, AddressClass otherwise) {
    return inner == PUBLIC ? otherwise : inner;
  }

  /** An interface identifier of ISATAP, {@code 0:5efe} or {@code 200:5efe}, then IPv4. */
  private static boolean isIsatap(byte[] bytes) {
    return (bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == (byte) 0xFE;
  }

  private static byte[] ipv4At(byte[] bytes, int offset) {
    return Arrays.copyOfRange(bytes, offset, offset + Addresses.IPV4_BYTES);
  }

  private static AddressClass lookUp(byte[] bytes) {
    for (Block block : BLOCKS) {
      if (block.cidr.contains(bytes)) {
        return block.addressClass;
      }
    }
    return RESERVED;
  }

  private static Block block(String cidr, AddressClass addressClass) {
    return new Block(Cidr.parse(cidr), addressClass);
  }

  private record Block(Cidr cidr, AddressClass addressClass) {}

  private record Embedding(Cidr block, int offset) {}
}
