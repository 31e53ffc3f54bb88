package dev.pappus.communication;

import static dev.pappus.communication.HttpCalls.callOne;
import static dev.pappus.communication.HttpCalls.problemOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** https: who may answer, and that TLS changes nothing else. */
@Timeout(60)
class HttpTlsTest {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final EgressPolicy POLICY = EgressPolicy.parse(List.of("127.0.0.1"), false);
  private static final GuardedResolver.NameService NAMES =
      host -> List.of(InetAddress.ofLiteral("127.0.0.1"));

  private static SSLContext tls;
  private static HttpsServer server;
  private static final AtomicInteger served = new AtomicInteger();
  private static final Set<InetSocketAddress> peers = ConcurrentHashMap.newKeySet();

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=good.example",
                "-ext",
                "san=dns:good.example",
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
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    tls = SSLContext.getInstance("TLS");
    tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);

    server = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 10);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/",
        exchange -> {
          served.incrementAndGet();
          peers.add(exchange.getRemoteAddress());
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop(0);
  }

  private static String post(String host, int port) {
    return "POST https://" + host + ":" + port + "/ HTTP/1.1\n\nover TLS";
  }

  @Test
  void speaksTlsWithATrustedServerAndKeepsTheConnection() throws Exception {
    try (HttpFunction http = new HttpFunction(POLICY, Limits.DEFAULTS, NAMES, tls)) {
      for (int i = 0; i < 3; i++) {
        assertThat(callOne(http, post("good.example", server.getAddress().getPort())).body())
            .isEqualTo("over TLS");
      }
      assertThat(peers).as("connections").hasSize(1);
    }
  }

  @Test
  void refusesServersThatAreNotTrustedOrAreSomeoneElse() throws Exception {
    int port = server.getAddress().getPort();
    int before = served.get();
    try (HttpFunction strict = new HttpFunction(POLICY, Limits.DEFAULTS, NAMES, null);
        HttpFunction http = new HttpFunction(POLICY, Limits.DEFAULTS, NAMES, tls)) {
      for (Problem problem :
          List.of(
              problemOf(strict, post("good.example", port)),
              problemOf(http, post("other.example", port)))) {
        assertThat(problem.code()).isEqualTo(ProblemCode.HTTP_FAILED);
        assertThat(problem.detail()).contains("TLS with");
      }
    }
    assertThat(served).hasValue(before);
  }

  @Test
  void aHandshakeThatHangsHitsTheTimeout() throws Exception {
    try (HttpFunction http =
            new HttpFunction(
                POLICY, Limits.DEFAULTS.with(Limit.HTTP_TIMEOUT, 300_000_000L), NAMES, tls);
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(problemOf(http, post("good.example", silent.getLocalPort())).code())
          .isEqualTo(ProblemCode.HTTP_TIMEOUT);
    }
  }
}
