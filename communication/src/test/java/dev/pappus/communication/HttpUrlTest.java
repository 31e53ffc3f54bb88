package dev.pappus.communication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUrlTest {
  @ParameterizedTest
  @CsvSource({
    "http://example.org,http,example.org,80,/",
    "HTTPS://Example.ORG:8443/A?b=C#d,https,example.org,8443,/A?b=C",
    "http://example.org./x,http,example.org,80,/x",
    "http://example.org:/x,http,example.org,80,/x",
    "http://a@b@example.org/,http,example.org,80,/",
    "http://example.org?q=@evil.example/,http,example.org,80,/?q=@evil.example/",
    "http://example.org#@evil.example/,http,example.org,80,/",
    "http://127.0.0.1./,http,127.0.0.1,80,/",
    "http://[::1]:81/x,http,::1,81,/x",
    "http://[2001:DB8::1]/,http,2001:db8::1,80,/",
    "http://under_score.x-y.1a/,http,under_score.x-y.1a,80,/",
    "http://xn--bcher-kva.example/,http,xn--bcher-kva.example,80,/",
    "http://h/%41 b\"<>{}|^`,http,h,80,/%41%20b%22%3C%3E%7B%7D%7C%5E%60",
  })
  void takesUrlsApart(String text, String scheme, String host, int port, String target) {
    HttpUrl url = HttpUrl.parse(text);
    assertThat(url.scheme()).isEqualTo(scheme);
    assertThat(url.host()).isEqualTo(host);
    assertThat(url.port()).isEqualTo(port);
    assertThat(url.target()).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/path",
        "example.org",
        "ftp://example.org/",
        "http:/example.org/",
        "http:example.org",
        "http://",
        "http:///path",
        "http://:80/",
        "http://user@/",
        "http://./",
        "http://../",
        "http://a..b/",
        "http://.a/",
        "http://a b/",
        "http://a%2eb/",
        "http://b\u00fccher.example/",
        "http://evil.example\\@good.example/",
        "http://good.example\\.evil.example/",
        "http://a,b/",
        "http://a/b:c@d\u0000",
        "http://a\r\nHost: b/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0X7F.1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://127.0.1/",
        "http://127.0.0.01/",
        "http://127.0.0.256/",
        "http://1.2.3.4.5/",
        "http://0x/",
        "http://example.0x10/",
        "http://999/",
        "http://2130706433./",
        "http://[::1/",
        "http://[]/",
        "http://[127.0.0.1]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::1]x/",
        "http://[::1].example/",
        "http://[::ffff:0x7f.1]/",
        "http://[1:2:3]/",
        "http://[::1::]/",
        "http://::1/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:99999999999/",
        "http://h:8o/",
        "http://h:-1/",
        "http://h:80:80/",
      })
  void refusesWhatIsNoPlainUrl(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> HttpUrl.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "http://x/a/b?q,http://x/a/b?q",
    "https://Y:1/,https://y:1/",
    "//z/c,http://z/c",
    "/c/./d/../e,http://h:8080/c/e",
    "c,http://h:8080/a/c",
    "./c,http://h:8080/a/c",
    "../../../c,http://h:8080/c",
    "..,http://h:8080/",
    ".,http://h:8080/a/",
    "?x=1,http://h:8080/a/b?x=1",
    "#f,http://h:8080/a/b?q=1",
    "c?x=/../y,http://h:8080/a/c?x=/../y",
    "/a//b/,http://h:8080/a//b/",
    "c d,http://h:8080/a/c%20d",
  })
  void resolvesReferences(String reference, String expected) {
    HttpUrl url = HttpUrl.parse("http://h:8080/a/b?q=1").resolve(reference);
    HttpUrl wanted = HttpUrl.parse(expected);
    assertThat(url).isEqualTo(wanted);
  }

  @Test
  void showsNoSecretsAndNoNovels() {
    HttpUrl url = HttpUrl.parse("http://user:word@example.org:81/path?token=1#x");
    assertThat(url.display()).isEqualTo("http://example.org:81/path?…").isEqualTo(url.toString());
    assertThat(HttpUrl.parse("http://h/" + "x".repeat(5000)).display()).hasSize(201);
  }
}
