package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listening port with its connections. Any thread may open and close it. */
public final class Listener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final int LINE_BYTES_MAX = 8 << 10;
  private static final int STREAMS_MAX = 256;

  /** More than one read of the socket can hold; the request handler holds clients back after it. */
  private static final int PIPELINE_DEPTH_MAX = 64 << 10;

  private final Settings settings;
  private final ConnectionProblems connectionProblems;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final AtomicInteger connectionCount = new AtomicInteger();
  private final AtomicInteger exchangeCount = new AtomicInteger();
  private volatile boolean stopping;
  private @Nullable Channel server;

  /**
   * What a listener is made of.
   *
   * @param loops the threads; stay the caller's
   * @param limits the node's limits
   * @param budget bounds the bodies held at once, over all listeners of a node
   * @param routes finds what serves a request
   * @param problems makes an answer of a problem; must not throw
   * @param tls certificate and key; null speaks cleartext
   */
  public record Settings(
      EventLoops loops,
      Limits limits,
      BodyBudget budget,
      Routes routes,
      Function<Problem, Response> problems,
      @Nullable TlsFiles tls) {
    /** In cleartext. */
    public Settings(
        EventLoops loops,
        Limits limits,
        BodyBudget budget,
        Routes routes,
        Function<Problem, Response> problems) {
      this(loops, limits, budget, routes, problems, null);
    }
  }

  /** A listener that does not listen yet. */
  public Listener(Settings settings) {
    this.settings = settings;
    this.connectionProblems = new ConnectionProblems(settings.limits(), settings.tls() != null);
  }

  /**
   * Starts to listen.
   *
   * @param address where; port 0 is a free port
   * @return the address in use
   * @throws IOException if the address cannot be had
   */
  public synchronized InetSocketAddress open(InetSocketAddress address) throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(settings.loops().group())
            .channel(settings.loops().serverChannel())
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, settings.loops().allocator())
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on "
              + address.getHostString()
              + ":"
              + address.getPort()
              + ": "
              + Objects.requireNonNull(bound.cause()).getMessage(),
          bound.cause());
    }
    server = bound.channel();
    return (InetSocketAddress) server.localAddress();
  }

  private void accept(Channel channel) {
    if (connectionCount.incrementAndGet() > settings.limits().count(Limit.CLIENT_CONNECTIONS)) {
      connectionCount.decrementAndGet();
      LOG.warn("refused a connection: limits.{} are open", Limit.CLIENT_CONNECTIONS.key());
      if (settings.tls() != null) {
        Outcome.ignore(channel.close()); // a handshake only to refuse would cost more than it tells
        return;
      }
      channel.pipeline().addLast(new HttpServerCodec());
      ResponseWriter.refuse(
          channel, problems().apply(connectionProblems.tooMany(connectionCount.get() + 1L)));
      return;
    }
    connections.add(channel);
    Outcome.ignore(channel.closeFuture().addListener(_ -> connectionCount.decrementAndGet()));
    ClientWatch watch = new ClientWatch(settings.limits());
    channel.pipeline().addLast(watch);
    if (settings.tls() != null) {
      channel.pipeline().addLast(settings.tls().handler(channel.alloc()));
    }
    channel
        .pipeline()
        .addLast(
            new ProtocolDetector(ctx -> startHttp1(ctx, watch), ctx -> startHttp2(ctx, watch)));
  }

  private void startHttp1(ChannelHandlerContext ctx, ClientWatch watch) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(LINE_BYTES_MAX)
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setMaxChunkSize(64 << 10);
    ctx.pipeline()
        .addLast(new HttpServerCodec(config, PIPELINE_DEPTH_MAX))
        .addLast(new RequestHandler(this, watch, false));
  }

  private void startHttp2(ChannelHandlerContext ctx, ClientWatch watch) {
    Http2Settings initial =
        Http2Settings.defaultSettings()
            .maxConcurrentStreams(STREAMS_MAX)
            .maxHeaderListSize(HEADER_BYTES_MAX);
    ctx.pipeline()
        .addLast(Http2FrameCodecBuilder.forServer().initialSettings(initial).build())
        .addLast(
            new Http2MultiplexHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel stream) {
                    startStream(stream);
                  }
                }))
        .addLast(new Http2ConnectionHandler(watch));
  }

  private void startStream(Channel stream) {
    ClientWatch watch = new ClientWatch(settings.limits());
    stream
        .pipeline()
        .addLast(watch)
        .addLast(new Http2StreamFrameToHttpObjectCodec(true))
        .addLast(new RequestHandler(this, watch, true));
  }

  Routes routes() {
    return settings.routes();
  }

  Limits limits() {
    return settings.limits();
  }

  BodyBudget budget() {
    return settings.budget();
  }

  Function<Problem, Response> problems() {
    return settings.problems();
  }

  boolean stopping() {
    return stopping;
  }

  void exchangeOpened() {
    exchangeCount.incrementAndGet();
  }

  void exchangeClosed() {
    exchangeCount.decrementAndGet();
  }

  void startVirtual(Runnable task) {
    Thread.ofVirtual().name("http-blocking").start(task);
  }

  ConnectionProblems connectionProblems() {
    return connectionProblems;
  }

  /** Stands in for a request that could not be read. */
  HttpRequest unreadable() {
    return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
  }

  /** Logs a bug of ours and makes a problem of it. */
  Problem internal(RequestHead head, Throwable cause) {
    LOG.error("{} {} failed", head.method(), Names.printable(head.path()), cause);
    return Problem.of(ProblemCode.INTERNAL, "the request failed for a reason nobody foresaw")
        .withHint("the node's log has the details; please report them");
  }

  void connectionFailed(Throwable cause) {
    LOG.warn("closed a connection: {}", cause.toString());
  }

  /** Stops to accept connections; those that are open are asked to end with their next answer. */
  public synchronized void stopAccepting() {
    stopping = true;
    if (server != null) {
      server.close().awaitUninterruptibly();
      server = null;
    }
  }

  /** Waits for requests under way, at most {@code nanos}, then closes all connections. */
  public void close(long nanos) {
    stopAccepting();
    long deadline = System.nanoTime() + nanos;
    while (exchangeCount.get() > 0 && deadline - System.nanoTime() > 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
    connections.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    close(0);
  }
}
