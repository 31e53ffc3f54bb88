package dev.pappus.server.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The threads that move bytes: epoll where the host has it, NIO elsewhere. */
public final class EventLoops implements AutoCloseable {
  private final EventLoopGroup group;
  private final boolean epoll;
  private final ByteBufAllocator allocator;

  /** Starts {@code threads} event loops when they are first used. */
  public EventLoops(int threads) {
    this(threads, Epoll.isAvailable());
  }

  EventLoops(int threads, boolean epoll) {
    this.epoll = epoll;
    this.group =
        new MultiThreadIoEventLoopGroup(
            threads,
            new DefaultThreadFactory("http", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    // Few arenas with small chunks: bodies are copied out at once, so little is ever held.
    this.allocator = new PooledByteBufAllocator(true, 0, threads, 8192, 6, 64, 16, false);
  }

  /** {@code epoll} or {@code nio}. */
  public String transport() {
    return epoll ? "epoll" : "nio";
  }

  /** Does {@code action} on each thread, with what does things on it later. */
  public void onEach(Consumer<ScheduledExecutorService> action) {
    for (EventExecutor loop : group) {
      loop.execute(() -> action.accept(loop));
    }
  }

  EventLoopGroup group() {
    return group;
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  Class<? extends ServerChannel> serverChannel() {
    return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
  }

  /** Stops the threads; connections still open are closed. */
  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
