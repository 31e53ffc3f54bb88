package dev.pappus.server.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Certificate and key of a node. A thread of its own looks every few seconds whether the files have
 * changed; new connections then get the new certificate, and keep the old one if the new files
 * cannot be used. Any thread may use it; the opener closes it.
 */
public final class TlsFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long HANDSHAKE_MILLIS_MAX = 10_000;

  private final Path certificate;
  private final Path key;

  /** Signatures and key exchanges, which take too long for an event loop. */
  private final ExecutorService handshakes = Executors.newVirtualThreadPerTaskExecutor();

  private final Thread watcher;
  private volatile SslContext context;
  private volatile boolean closed;
  private Seen seen;

  /** What the files looked like when they were last read. */
  private record Seen(
      FileTime certificateTime, long certificateBytes, FileTime keyTime, long keyBytes) {}

  /**
   * Reads the files.
   *
   * @param certificate the chain, PEM, the node's own certificate first
   * @param key its private key, PEM, PKCS#8 without a password
   * @throws IOException if they cannot be read, are malformed, or do not belong together
   */
  public TlsFiles(Path certificate, Path key) throws IOException {
    this.certificate = certificate;
    this.key = key;
    this.seen = look();
    this.context = read();
    this.watcher = Thread.ofVirtual().name("tls-files").start(this::watch);
  }

  private Seen look() throws IOException {
    return new Seen(
        Files.getLastModifiedTime(certificate),
        Files.size(certificate),
        Files.getLastModifiedTime(key),
        Files.size(key));
  }

  private SslContext read() throws IOException {
    KeyPairFiles pair = KeyPairFiles.read(certificate, key);
    return SslContextBuilder.forServer(pair.key(), pair.chain())
        .sslProvider(SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  private void watch() {
    while (!closed) {
      LockSupport.parkNanos(LOOK_NANOS);
      if (!closed) {
        reloadIfChanged();
      }
    }
  }

  /** Takes files that have changed since they were last read. */
  private void reloadIfChanged() {
    try {
      Seen now = look();
      if (!now.equals(seen)) {
        seen = now;
        context = read();
        LOG.info("new connections get the certificate that is in {} now", certificate);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the certificate stays what it was: {}", e.getMessage());
    }
  }

  /** What a new connection is secured with. */
  ChannelHandler handler(ByteBufAllocator allocator) {
    SslHandler handler = context.newHandler(allocator, handshakes);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX);
    return handler;
  }

  /** Ends the watching; connections stay what they are. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watcher);
    handshakes.shutdown();
  }
}
