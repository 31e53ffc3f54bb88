package dev.pappus.communication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
  private static InetAddress address(String text) {
    return InetAddress.ofLiteral(text);
  }

  private static boolean allows(String rule, String host, String address, int port) {
    return EgressPolicy.parse(List.of(rule), false).decide(host, address(address), port).allowed();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0.0.0.0, UNSPECIFIED
          0.0.0.1, UNSPECIFIED
          0.255.255.255, UNSPECIFIED
          1.0.0.0, PUBLIC
          1.1.1.1, PUBLIC
          8.8.8.8, PUBLIC
          9.255.255.255, PUBLIC
          10.0.0.0, PRIVATE
          10.1.2.3, PRIVATE
          10.255.255.255, PRIVATE
          11.0.0.0, PUBLIC
          100.63.255.255, PUBLIC
          100.64.0.0, SHARED
          100.100.100.200, METADATA
          100.100.100.201, SHARED
          100.127.255.255, SHARED
          100.128.0.0, PUBLIC
          126.255.255.255, PUBLIC
          127.0.0.0, LOOPBACK
          127.0.0.1, LOOPBACK
          127.255.255.255, LOOPBACK
          128.0.0.0, PUBLIC
          168.63.129.15, PUBLIC
          168.63.129.16, METADATA
          169.253.255.255, PUBLIC
          169.254.0.0, LINK_LOCAL
          169.254.169.253, LINK_LOCAL
          169.254.169.254, METADATA
          169.254.170.2, METADATA
          169.254.255.255, LINK_LOCAL
          169.255.0.0, PUBLIC
          172.15.255.255, PUBLIC
          172.16.0.0, PRIVATE
          172.31.255.255, PRIVATE
          172.32.0.0, PUBLIC
          192.0.0.0, RESERVED
          192.0.0.192, METADATA
          192.0.0.255, RESERVED
          192.0.1.0, PUBLIC
          192.0.2.0, DOCUMENTATION
          192.0.2.255, DOCUMENTATION
          192.0.3.0, PUBLIC
          192.88.98.255, PUBLIC
          192.88.99.1, RESERVED
          192.88.100.0, PUBLIC
          192.167.255.255, PUBLIC
          192.168.0.0, PRIVATE
          192.168.255.255, PRIVATE
          192.169.0.0, PUBLIC
          198.17.255.255, PUBLIC
          198.18.0.0, BENCHMARK
          198.19.255.255, BENCHMARK
          198.20.0.0, PUBLIC
          198.51.99.255, PUBLIC
          198.51.100.7, DOCUMENTATION
          198.51.101.0, PUBLIC
          203.0.112.255, PUBLIC
          203.0.113.0, DOCUMENTATION
          203.0.114.0, PUBLIC
          223.255.255.255, PUBLIC
          224.0.0.0, MULTICAST
          239.255.255.255, MULTICAST
          240.0.0.0, RESERVED
          255.255.255.254, RESERVED
          255.255.255.255, BROADCAST
          ::, UNSPECIFIED
          ::1, LOOPBACK
          ::2, UNSPECIFIED
          ::127.0.0.1, LOOPBACK
          ::10.0.0.1, PRIVATE
          ::169.254.169.254, METADATA
          ::8.8.8.8, RESERVED
          ::ffff:127.0.0.1, LOOPBACK
          ::ffff:10.0.0.1, PRIVATE
          ::ffff:169.254.169.254, METADATA
          ::ffff:a9fe:a9fe, METADATA
          ::ffff:8.8.8.8, PUBLIC
          ::ffff:0:127.0.0.1, LOOPBACK
          ::ffff:0:8.8.8.8, RESERVED
          64:ff9b::127.0.0.1, LOOPBACK
          64:ff9b::a9fe:a9fe, METADATA
          64:ff9b::192.168.1.1, PRIVATE
          64:ff9b::8.8.8.8, PUBLIC
          64:ff9b:1::1, PRIVATE
          64:ff9b:1:ffff::8.8.8.8, PRIVATE
          64:ff9b:2::8.8.8.8, RESERVED
          100::1, RESERVED
          1fff:ffff::1, RESERVED
          2001::1, UNSPECIFIED
          2001:0:a00:1::, PRIVATE
          2001:0:808:808:0:0:80ff:fffe, LOOPBACK
          2001:0:808:808:0:0:f7f7:f7f7, RESERVED
          2001:2::1, BENCHMARK
          2001:10::1, RESERVED
          2001:20::1, RESERVED
          2001:1ff:ffff::1, RESERVED
          2001:200::1, PUBLIC
          2001:4860:4860::8888, PUBLIC
          2001:db7:ffff::1, PUBLIC
          2001:db8::1, DOCUMENTATION
          2001:db9::1, PUBLIC
          2002:7f00:1::, LOOPBACK
          2002:a00:1::1, PRIVATE
          2002:a9fe:a9fe::1, METADATA
          2002:808:808::1, PUBLIC
          2606:4700:4700::1111, PUBLIC
          2606:4700::5efe:10.0.0.1, PRIVATE
          2606:4700::200:5efe:127.0.0.1, LOOPBACK
          2606:4700::5efe:8.8.8.8, PUBLIC
          3ffe:ffff::1, PUBLIC
          3fff::1, DOCUMENTATION
          3fff:fff:ffff::1, DOCUMENTATION
          3fff:1000::1, PUBLIC
          4000::1, RESERVED
          5f00::1, RESERVED
          fbff:ffff::1, RESERVED
          fc00::1, PRIVATE
          fd00:ec2::254, METADATA
          fd00:ec2::255, PRIVATE
          fd20:ce::254, METADATA
          fdff:ffff::1, PRIVATE
          fe00::1, RESERVED
          fe80::1, LINK_LOCAL
          fe80::5efe:8.8.8.8, LINK_LOCAL
          febf:ffff::1, LINK_LOCAL
          fec0::1, PRIVATE
          feff:ffff::1, PRIVATE
          ff00::1, MULTICAST
          ff02::1, MULTICAST
          ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, MULTICAST
          """)
  void knowsWhatAddressesAreFor(String text, AddressClass expected) {
    InetAddress address = address(text);
    assertThat(AddressClass.of(address)).isEqualTo(expected);
    boolean open = expected == AddressClass.PUBLIC;
    assertThat(EgressPolicy.DEFAULT.decide("h", address, 80).allowed()).isEqualTo(open);
    EgressPolicy closed = EgressPolicy.parse(List.of(), false);
    assertThat(closed.decide("h", address, 80).allowed()).isFalse();
    // What a refusal tells to allow does allow it, and nothing but it.
    EgressPolicy told = EgressPolicy.parse(List.of(Addresses.text(address, 80)), false);
    assertThat(told.decide("h", address, 80).allowed()).isTrue();
    assertThat(told.decide("h", address, 81).allowed()).isFalse();
  }

  @Test
  void seesThroughMappedAddressesHoweverTheyAreMade() throws UnknownHostException {
    byte[] mapped = HexFormat.of().parseHex("00000000000000000000ffff7f000001");
    Inet6Address address = Inet6Address.getByAddress("h", mapped, 1);
    assertThat(AddressClass.of(address)).isEqualTo(AddressClass.LOOPBACK);
    assertThat(Addresses.text(address, 80)).isEqualTo("127.0.0.1:80");
    assertThat(EgressPolicy.parse(List.of("127.0.0.0/8"), false).decide("h", address, 80).allowed())
        .isTrue();
  }

  @Test
  void judgesScopedAddressesByTheirBits() throws UnknownHostException {
    byte[] bits = HexFormat.of().parseHex("fe800000000000000000000000000001");
    Inet6Address address = Inet6Address.getByAddress("h", bits, 2);
    assertThat(AddressClass.of(address)).isEqualTo(AddressClass.LINK_LOCAL);
    assertThat(Addresses.text(address)).isEqualTo("fe80::1");
  }

  @ParameterizedTest
  @CsvSource({
    "10.1.2.3,h,10.1.2.3,80,true",
    "10.1.2.3,h,10.1.2.4,80,false",
    "10.1.2.3:80,h,10.1.2.3,80,true",
    "10.1.2.3:80,h,10.1.2.3,443,false",
    "10.0.0.0/8,h,10.255.0.1,1,true",
    "10.0.0.0/8,h,11.0.0.0,1,false",
    "10.0.0.0/8:8080,h,10.1.1.1,8080,true",
    "10.0.0.0/8:8080,h,10.1.1.1,8081,false",
    "10.128.0.0/9,h,10.127.255.255,1,false",
    "10.128.0.0/9,h,10.128.0.0,1,true",
    "0.0.0.0/0,h,255.255.255.255,1,true",
    "0.0.0.0/0,h,::1,1,false",
    "::/0,h,::1,1,true",
    "::/0,h,10.0.0.1,1,false",
    "::1,h,::1,80,true",
    "[::1],h,::1,80,true",
    "[::1]:80,h,::1,80,true",
    "[::1]:80,h,::1,81,false",
    "fd00::/8,h,fd12::1,1,true",
    "fd00::/8,h,fc12::1,1,false",
    "[fd00::/8]:443,h,fd12::1,443,true",
    "[fd00::/8]:443,h,fd12::1,80,false",
    "::ffff:10.1.2.3,h,10.1.2.3,80,true",
    "10.1.2.3,h,64:ff9b::10.1.2.3,80,false",
    "db.internal,db.internal,10.1.2.3,80,true",
    "DB.Internal.,db.internal,10.1.2.3,80,true",
    "db.internal,DB.INTERNAL,10.1.2.3,80,true",
    "db.internal,xdb.internal,10.1.2.3,80,false",
    "db.internal,db.internal.evil,10.1.2.3,80,false",
    "db.internal:5432,db.internal,10.1.2.3,5432,true",
    "db.internal:5432,db.internal,10.1.2.3,80,false",
    "localhost,localhost,127.0.0.1,80,true",
    "localhost,127.0.0.1,127.0.0.1,80,false",
    "*.example.org,a.example.org,10.0.0.1,80,true",
    "*.example.org,b.a.example.org,10.0.0.1,80,true",
    "*.example.org,example.org,10.0.0.1,80,false",
    "*.example.org,aexample.org,10.0.0.1,80,false",
    "*.example.org:80,a.example.org,10.0.0.1,81,false",
    "' 10.1.2.3 ',h,10.1.2.3,80,true",
  })
  void rulesAllowWhatTheyName(String rule, String host, String address, int port, boolean allowed) {
    assertThat(allows(rule, host, address, port)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "``;it is empty",
        "http://10.0.0.1;it is a URL",
        "10.0.0.0/33;prefix length is not a number from 0 to 32",
        "10.0.0.0/;prefix length",
        "10.0.0.0/-1;prefix length",
        "10.0.0.0/08;prefix length",
        "::/129;prefix length is not a number from 0 to 128",
        "10.1.2.3/8;did you mean 10.0.0.0/8?",
        "fd12::1/16;did you mean fd12::/16?",
        "example.org/24;before '/' is not an IP address",
        "10.0.0/8;before '/' is not an IP address",
        "10.0.0.1:0;the port is not a number from 1 to 65535",
        "10.0.0.1:65536;the port",
        "10.0.0.1:;the port",
        "10.0.0.1:http;the port",
        "10.0.0.1:80-90;the port",
        "[::1;']' is missing",
        "[::1]80;only :PORT may follow",
        "[10.0.0.1]:80;brackets are for IPv6 only",
        "[::zz]:80;neither an IP address nor a host name",
        "10.0.0.256;neither an IP address nor a host name",
        "010.0.0.1;neither an IP address nor a host name",
        "0x7f000001;neither an IP address nor a host name",
        "2130706433;neither an IP address nor a host name",
        "fe80::1%eth0;neither an IP address nor a host name",
        "*;'*' alone is not a rule",
        "a.*.org;not a host name",
        "exa mple.org;not a host name",
        "user@example.org;not a host name",
        "a..b;not a host name",
        "-a.org;not a host name",
      })
  void saysWhatIsWrongWithARule(String rule, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EgressPolicy.parse(List.of(rule), true))
        .withMessageStartingWith("'" + rule + "' is not an egress rule: ")
        .withMessageContaining(why)
        .withMessageContaining("for example");
  }

  @Test
  void decisionsNameHostAddressAndRule() {
    EgressPolicy policy = EgressPolicy.parse(List.of("10.0.0.0/8:80", "*.internal"), true);
    EgressDecision byBlock = policy.decide("h", address("10.0.0.1"), 80);
    assertThat(byBlock.allowed()).isTrue();
    assertThat(byBlock.rule()).isEqualTo("allowed by 10.0.0.0/8:80");
    assertThat(policy.decide("db.internal", address("10.0.0.1"), 81).rule())
        .isEqualTo("allowed by *.internal");
    assertThat(policy.decide("h", address("8.8.8.8"), 80).rule())
        .isEqualTo("public addresses are allowed");

    Problem refusal = policy.decide("meta.example", address("169.254.169.254"), 80).toProblem();
    assertThat(refusal.code()).isEqualTo(ProblemCode.EGRESS_DENIED);
    assertThat(refusal.detail())
        .isEqualTo(
            "connecting to 169.254.169.254:80 (meta.example) is not allowed: it is a cloud metadata"
                + " address and no rule of [egress] allow names it");
    assertThat(refusal.hint())
        .isEqualTo("start the node with --egress 169.254.169.254:80, or add it to [egress] allow");
    assertThat(policy.decide("::1", address("::1"), 8080).toProblem().hint())
        .startsWith("start the node with --egress [::1]:8080,");
    assertThat(
            EgressPolicy.parse(List.of(), false)
                .decide("h", address("8.8.8.8"), 80)
                .toProblem()
                .detail())
        .contains("public is false");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "::",
        "::1",
        "1::",
        "1::2",
        "1:0:2::",
        "::1:0:2",
        "1:2:3:4:5:6:7:8",
        "fe80::1:2:0:3",
        "1:0:2:3:4:5:6:7",
        "2001:db8::1",
        "0:1:2:3:4:5:6:7",
        "1:0:0:2::3",
      })
  void writesIpv6Shortly(String text) {
    InetAddress address = address(text);
    String written = Addresses.text(address);
    assertThat(InetAddress.ofLiteral(written)).isEqualTo(address);
    assertThat(written.length()).isLessThanOrEqualTo(text.length());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3",
        "1",
        "01.2.3.4",
        "1.2.3.4.",
        "256.1.1.1",
        "1.2.3.4 ",
        "::1%lo",
        "::1%1",
        "[::1]",
        "::ffff:1.2.3",
        "g::1",
        "",
        ".",
        ":",
        "localhost",
        "1.2.3.4/8",
        "0x1.2.3.4",
      })
  void oddSpellingsAreNoAddresses(String text) {
    assertThat(Addresses.parseLiteral(text)).isNull();
  }
}
