package dev.pappus.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, on a connection of their own: a kept one may lead to a node that has
 * gone, where another listens by now. Nothing is sent twice. One thread.
 *
 * <p>The JDK's clients delay a command's start: the new one starts threads, the old one opens every
 * jar of the class path to look for somebody who knows better what {@code http} is.
 */
final class NodeConnection implements Closeable {
  private static final Http1Config LIMITS =
      Http1Config.custom()
          .setBufferSize(64 * 1024)
          .setMaxLineLength(64 * 1024)
          .setMaxHeaderCount(1000)
          .build();

  private static final int NO_CONTENT = 204;

  private final Socket socket;
  private final DefaultBHttpClientConnection http = new DefaultBHttpClientConnection(LIMITS);
  private @Nullable ClassicHttpResponse response;

  private NodeConnection(Socket socket) throws IOException {
    this.socket = socket;
    http.bind(socket);
  }

  /**
   * Connects.
   *
   * @param tls sockets for https; null are Java's
   * @param readMillis how long to wait for each byte of the answer
   */
  static NodeConnection open(
      URI target, @Nullable SSLSocketFactory tls, int connectMillis, int readMillis)
      throws IOException {
    boolean secure = target.getScheme().equals("https");
    int port = target.getPort() >= 0 ? target.getPort() : secure ? 443 : 80;
    InetSocketAddress address = new InetSocketAddress(target.getHost(), port);
    if (address.isUnresolved()) {
      throw new UnknownHostException(target.getHost());
    }
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, connectMillis);
      socket.setSoTimeout(readMillis);
      return new NodeConnection(secure ? secured(socket, target.getHost(), port, tls) : socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket secured(
      Socket plain, String host, int port, @Nullable SSLSocketFactory chosen) throws IOException {
    SSLSocketFactory tls =
        chosen != null ? chosen : (SSLSocketFactory) SSLSocketFactory.getDefault();
    SSLSocket socket = (SSLSocket) tls.createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  /**
   * Sends {@code body}, or nothing; {@link #receive} then waits for the head of the answer.
   *
   * @param headers name, value, name, value, …
   */
  void send(String method, URI target, List<String> headers, NodeRequest.@Nullable Content body)
      throws IOException {
    String query = target.getRawQuery();
    String path = target.getRawPath() + (query == null ? "" : "?" + query);
    ClassicHttpRequest request = new BasicClassicHttpRequest(method, path);
    request.setHeader("Host", target.getRawAuthority());
    request.setHeader("Connection", "close");
    for (int i = 0; i < headers.size(); i += 2) {
      request.setHeader(headers.get(i), headers.get(i + 1));
    }
    if (body != null) {
      request.setHeader("Content-Length", Long.toString(body.length()));
      request.setEntity(new Sent(body));
    }
    try {
      try {
        http.sendRequestHeader(request);
        http.sendRequestEntity(request);
        http.flush();
      } catch (SocketTimeoutException | ConnectException | SSLException e) {
        throw e;
      } catch (IOException e) {
        receiveAfter(e);
      }
    } catch (HttpException e) {
      throw notANode(e);
    }
  }

  private static IOException notANode(HttpException e) {
    return new IOException("this is no answer of a node: " + e.getMessage(), e);
  }

  /** Waits for the head of the answer. */
  void receive() throws IOException {
    if (response != null) {
      return; // it came before everything was sent
    }
    try {
      receiveHead();
    } catch (HttpException e) {
      throw notANode(e);
    }
  }

  /**
   * The node may have answered before it read everything; the answer says more than the failure.
   */
  private void receiveAfter(IOException failure) throws IOException, HttpException {
    try {
      receiveHead();
    } catch (IOException | HttpException e) {
      failure.addSuppressed(e);
      throw failure;
    }
  }

  private void receiveHead() throws IOException, HttpException {
    ClassicHttpResponse received = http.receiveResponseHeader();
    while (received.getCode() < 200) {
      received = http.receiveResponseHeader();
    }
    if (received.getCode() != NO_CONTENT) {
      http.receiveResponseEntity(received);
    }
    response = received;
  }

  private ClassicHttpResponse answer() {
    ClassicHttpResponse received = response;
    if (received == null) {
      throw new IllegalStateException("nothing was sent");
    }
    return received;
  }

  int status() {
    return answer().getCode();
  }

  /** A field of the answer; the first, if there are more. */
  @Nullable String header(String name) {
    Header found = answer().getFirstHeader(name);
    return found == null ? null : found.getValue();
  }

  /** Every field of the answer's head with this name. */
  List<String> headers(String name) {
    return Arrays.stream(answer().getHeaders(name)).map(Header::getValue).toList();
  }

  /** How much the answer says to hold; -1 if it does not say. */
  long length() {
    HttpEntity entity = answer().getEntity();
    return entity == null ? -1 : entity.getContentLength();
  }

  /** What the answer holds, as it comes. */
  InputStream body() throws IOException {
    HttpEntity entity = answer().getEntity();
    InputStream content = entity == null ? null : entity.getContent();
    return content == null ? InputStream.nullInputStream() : content;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A body on its way. */
  private static final class Sent extends AbstractHttpEntity {
    private final NodeRequest.Content content;

    Sent(NodeRequest.Content content) {
      super((ContentType) null, null);
      this.content = content;
    }

    @Override
    public long getContentLength() {
      return content.length();
    }

    @Override
    public InputStream getContent() {
      throw new UnsupportedOperationException("it is written only");
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      content.writeTo(out);
    }

    @Override
    public boolean isStreaming() {
      return false;
    }

    @Override
    public void close() {}
  }
}
