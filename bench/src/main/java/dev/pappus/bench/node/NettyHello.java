package dev.pappus.bench.node;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * The least that Netty needs to answer HTTP, in a process of its own: what the start of a node is
 * compared with. Each answer ends its connection.
 */
public final class NettyHello {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

  private NettyHello() {}

  /**
   * Serves on a free loopback port.
   *
   * @param arguments after how many answers it ends; none is never
   */
  public static void main(String[] arguments) throws InterruptedException {
    // Not the log of the class path, which is the node's.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    int answersMax = arguments.length == 0 ? Integer.MAX_VALUE : Integer.parseInt(arguments[0]);
    boolean epoll = Epoll.isAvailable();
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    Answers answers = new Answers(answersMax);
    Channel server =
        new ServerBootstrap()
            .group(loop)
            .channel(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel.pipeline().addLast(new HttpServerCodec()).addLast(new Hello(answers));
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    int port = ((InetSocketAddress) server.localAddress()).getPort();
    System.out.println("listening http://127.0.0.1:" + port);
    System.out.flush();
    var _ = server.closeFuture().sync();
    var _ = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  /** How many are left; the event loop's. */
  private static final class Answers {
    private int left;

    Answers(int left) {
      this.left = left;
    }

    boolean last() {
      left--;
      return left <= 0;
    }
  }

  /** Of one connection. */
  private static final class Hello extends SimpleChannelInboundHandler<HttpObject> {
    private final Answers answers;

    Hello(Answers answers) {
      this.answers = answers;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
      if (!(message instanceof LastHttpContent)) {
        return;
      }
      FullHttpResponse answer =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(HELLO));
      answer
          .headers()
          .set(HttpHeaderNames.CONTENT_LENGTH, HELLO.length)
          .set(HttpHeaderNames.CONNECTION, "close");
      var written = ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
      if (answers.last()) {
        Channel server = ctx.channel().parent();
        var _ =
            written.addListener(_ -> {
              var _ = server.close();
            });
      }
    }
  }
}
