package dev.pappus.communication;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.ssl.SSLInitializationException;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP client stripped of everything that acts on its own: it sends a request once, over a
 * connection that the egress policy allowed, and adds nothing but Host, Content-Length and
 * Connection. No redirects, retries, cookies, authentication, decompression or proxies.
 */
final class HttpTransport implements AutoCloseable {
  /** Patience with one address of a host; the next one is tried then. */
  static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(5);

  private static final int HEADERS_MAX = 256;
  private static final int LINE_BYTES_MAX = 16 << 10;
  private static final TimeValue IDLE_MAX = TimeValue.ofSeconds(30);

  private final GuardedResolver resolver;
  private final CloseableHttpClient client;

  /**
   * Makes a transport.
   *
   * @param tls makes the TLS connections, or null for the certificates that the platform trusts
   */
  HttpTransport(
      EgressPolicy policy,
      GuardedResolver.NameService names,
      Limits limits,
      @Nullable SSLContext tls) {
    int connections = limits.count(Limit.IO_CONCURRENCY);
    resolver = new GuardedResolver(policy, names, connections);
    Http1Config http1 =
        Http1Config.custom()
            .setMaxHeaderCount(HEADERS_MAX)
            .setMaxLineLength((int) Math.min(LINE_BYTES_MAX, limits.get(Limit.HTTP_HEADERS)))
            .build();
    // The deadline of an exchange is the watchdog's; this only keeps the client's own defaults out.
    Timeout readTimeout = Timeout.ofMilliseconds(limits.get(Limit.HTTP_TIMEOUT) / 1_000_000 + 1000);
    TlsSocketStrategy tlsStrategy =
        tls == null ? new PlatformTls() : new DefaultClientTlsStrategy(tls);
    var connectionManager =
        new PoolingHttpClientConnectionManager(
            new DefaultHttpClientConnectionOperator(
                proxy -> KeptConnection.newSocket(),
                DefaultSchemePortResolver.INSTANCE,
                resolver,
                scheme -> scheme.equals("https") ? tlsStrategy : null),
            PoolConcurrencyPolicy.STRICT,
            PoolReusePolicy.LIFO,
            TimeValue.NEG_ONE_MILLISECOND,
            socket -> new KeptConnection(http1));
    connectionManager.setMaxTotal(connections);
    connectionManager.setDefaultMaxPerRoute(connections);
    connectionManager.setDefaultConnectionConfig(
        ConnectionConfig.custom()
            .setConnectTimeout(CONNECT_TIMEOUT)
            .setSocketTimeout(readTimeout)
            .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
            .build());
    client =
        HttpClientBuilder.create()
            .setConnectionManager(connectionManager)
            .setRequestExecutor(new CheckingExecutor())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setAuthenticationEnabled(false)
                    .setExpectContinueEnabled(false)
                    .setProtocolUpgradeEnabled(false)
                    .setRedirectsEnabled(false)
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .disableDefaultUserAgent()
            .disableConnectionState()
            .evictExpiredConnections()
            .evictIdleConnections(IDLE_MAX)
            .build();
  }

  /**
   * Sends one request and reads the head of the answer, whose owner has to close it.
   *
   * @throws dev.pappus.model.ProblemException when the egress policy refuses
   * @throws IOException when there is no answer
   */
  ClassicHttpResponse send(String method, HttpUrl url, List<HttpHeader> headers, MemorySegment body)
      throws IOException {
    HttpHost target = new HttpHost(url.scheme(), url.host(), url.port());
    URIAuthority authority = new URIAuthority(url.host(), url.hasDefaultPort() ? -1 : url.port());
    while (true) {
      // Not the constructors that parse: to them a target of //name is another host.
      ClassicHttpRequest request =
          new BasicClassicHttpRequest(method, url.scheme(), authority, url.target());
      for (HttpHeader header : headers) {
        request.addHeader(header.name(), header.value());
      }
      if (body.byteSize() > 0) {
        request.setEntity(new SegmentEntity(body));
      }
      try {
        return client.executeOpen(target, request, null);
      } catch (UnusableConnectionException _) {
        // Nothing was sent, and the connection has left the pool: there are ever fewer of them.
      }
    }
  }

  /** Closes every connection, also those at work. */
  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
    resolver.close();
  }

  /**
   * TLS with the certificates that the platform trusts. They are read when the first connection
   * needs them: that takes a tenth of a node's start.
   */
  private static final class PlatformTls implements TlsSocketStrategy {
    private @Nullable TlsSocketStrategy strategy;

    @Override
    public SSLSocket upgrade(
        Socket socket, String target, int port, @Nullable Object attachment, HttpContext context)
        throws IOException {
      return strategy().upgrade(socket, target, port, attachment, context);
    }

    private synchronized TlsSocketStrategy strategy() throws IOException {
      if (strategy == null) {
        try {
          strategy = DefaultClientTlsStrategy.createDefault();
        } catch (SSLInitializationException e) {
          throw new IOException("the certificates that this host trusts cannot be read", e);
        }
      }
      return strategy;
    }
  }

  /** A kept connection turned out to be unusable before anything was sent over it. */
  private static final class UnusableConnectionException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /**
   * Looks at a kept connection right before it is used: one that the peer has closed would lose the
   * request, and one that holds bytes nobody asked for would answer with those.
   */
  private static final class CheckingExecutor extends HttpRequestExecutor {
    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request,
        HttpClientConnection connection,
        @Nullable HttpResponseInformationCallback onInformation,
        HttpContext context)
        throws IOException, HttpException {
      var details = connection.getEndpointDetails();
      if (details != null && details.getRequestCount() > 0 && connection.isStale()) {
        throw new UnusableConnectionException();
      }
      return super.execute(request, connection, onInformation, context);
    }
  }
}
