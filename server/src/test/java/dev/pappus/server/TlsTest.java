package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that speaks TLS, with certificates that the JDK's keytool makes on the spot. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final byte[] NOTHING = new byte[0];

  @TempDir Path folder;

  private Path certificate() {
    return folder.resolve("node.pem");
  }

  private Path key() {
    return folder.resolve("node.key");
  }

  /** Makes a key and a certificate for localhost, and writes both as PEM. */
  private X509Certificate make(String name) throws Exception {
    Path store = folder.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "node",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    Certificate certificate = keys.getCertificate("node");
    Key privateKey = keys.getKey("node", PASSWORD);
    Files.writeString(key(), pem("PRIVATE KEY", privateKey.getEncoded()));
    Files.writeString(certificate(), pem("CERTIFICATE", certificate.getEncoded()));
    return (X509Certificate) certificate;
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + what
        + "-----\n";
  }

  private static HttpClient trusting(X509Certificate certificate, HttpClient.Version version)
      throws Exception {
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("node", certificate);
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).version(version).build();
  }

  private static HttpResponse<String> livez(HttpClient client, TestNode node) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(node.administration() + "/livez")).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private TestNode start() throws IOException {
    return new TestNode(
        folder.resolve("data"),
        b -> b.access(a -> a.tlsCertificate(certificate()).tlsKey(key()).tlsLoopback(true)));
  }

  @Test
  void bothProtocolsAreNegotiatedAndCleartextIsNotTaken() throws Exception {
    X509Certificate certificate = make("first");
    try (TestNode node = start();
        HttpClient http1 = trusting(certificate, HttpClient.Version.HTTP_1_1);
        HttpClient http2 = trusting(certificate, HttpClient.Version.HTTP_2)) {
      assertThat(node.invocation()).startsWith("https://127.0.0.1:");
      for (HttpClient client : new HttpClient[] {http1, http2, http2}) {
        HttpResponse<String> answer = livez(client, node);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok\n");
        assertThat(answer.version()).isEqualTo(client.version());
      }
      assertThatThrownBy(() -> livez(node.client(), node))
          .isInstanceOf(SSLHandshakeException.class);
      URI uri = URI.create(node.administration());
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        socket.setSoTimeout(10_000);
        socket
            .getOutputStream()
            .write("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
        assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).doesNotContain("200");
      }
    }
  }

  @Test
  void newCertificatesAreTakenAndBadOnesAreNot() throws Exception {
    X509Certificate first = make("first");
    try (TestNode node = start()) {
      Files.writeString(certificate(), "-----BEGIN CERTIFICATE-----\nnonsense\n");
      X509Certificate second = null;
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      try (HttpClient client = trusting(first, HttpClient.Version.HTTP_1_1)) {
        assertThat(livez(client, node).statusCode()).isEqualTo(200);
        second = make("second");
      }
      boolean taken = false;
      while (!taken) {
        assertThat(System.nanoTime() - end).as("the new certificate is not taken").isNegative();
        try (HttpClient client = trusting(second, HttpClient.Version.HTTP_1_1)) {
          taken = livez(client, node).statusCode() == 200;
        } catch (SSLHandshakeException e) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
      }
      try (HttpClient client = trusting(first, HttpClient.Version.HTTP_1_1)) {
        assertThatThrownBy(() -> livez(client, node)).isInstanceOf(SSLHandshakeException.class);
      }
    }
  }

  @Test
  void filesThatCannotBeUsedEndTheStart() throws Exception {
    make("first");
    String good = Files.readString(key());
    make("second");
    Files.writeString(key(), good);
    assertThatThrownBy(this::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("node.key is not the key of the certificate");
    Files.writeString(key(), "nonsense");
    assertThatThrownBy(this::start)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("PKCS#8");
    Files.delete(key());
    assertThatThrownBy(this::start).isInstanceOf(ConfigurationException.class);
    assertThatThrownBy(() -> Configuration.builder().access(a -> a.tlsKey(key())).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("tls.certificate");
  }

  @Test
  void loopbackStaysInCleartextUnlessToldOtherwise() throws Exception {
    make("first");
    try (TestNode node =
        new TestNode(
            folder.resolve("data"),
            b -> b.host("0.0.0.0").access(a -> a.tlsCertificate(certificate()).tlsKey(key())))) {
      assertThat(node.invocation()).startsWith("https://0.0.0.0:");
      assertThat(node.administration()).startsWith("http://127.0.0.1:");
      assertThat(node.admin("GET", "/livez", NOTHING).statusCode()).isEqualTo(200);
    }
  }
}
