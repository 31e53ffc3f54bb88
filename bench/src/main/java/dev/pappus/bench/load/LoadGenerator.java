package dev.pappus.bench.load;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * Sends HTTP requests from one thread, which sleeps in epoll until the next one is due or an answer
 * comes, so that a server on the same cores loses as little as possible. Where it may, that thread
 * goes before all ordinary ones: it needs little, but is late else whenever the server computes (a
 * low nice value is not enough: the kernel lets who runs finish its slice). One run at a time; any
 * thread may start it.
 */
public final class LoadGenerator implements AutoCloseable {
  /** Timers of ordinary threads may be 50 µs late, to save wake-ups. */
  private static final String TIMER_SLACK_NANOS = "1";

  private static final long CLOSE_SECONDS_MAX = 5;
  private static final int CONNECT_MILLIS_MAX = 10_000;

  private final InetSocketAddress address;
  private final int connectionsMax;
  private final Reuse reuse;
  private final EventLoopGroup loop;
  private final Bootstrap bootstrap;
  private final ArrayDeque<LoadConnection> free = new ArrayDeque<>();
  private final Set<LoadConnection> connections = new HashSet<>();
  private final boolean prompt;
  private Run run = new Run(List.of(), 0, 0, 0, new CompletableFuture<>());

  /** Which of the connections that wait gets the next request. */
  public enum Reuse {
    /** The one that was used last: no more are in use than there are requests under way. */
    LAST_USED,
    /** The one that has waited longest: all are in use, as those of many clients. */
    IN_TURN
  }

  /** One run. */
  private record Run(
      List<LoadFlow> flows,
      long startNanos,
      long endNanos,
      long timeoutNanos,
      CompletableFuture<Void> ended) {}

  /** Sends over at most {@code connectionsMax} connections, which are opened as they are needed. */
  public LoadGenerator(InetSocketAddress address, int connectionsMax) {
    this(address, connectionsMax, Reuse.LAST_USED);
  }

  /** The same, saying which connection is next. */
  public LoadGenerator(InetSocketAddress address, int connectionsMax, Reuse reuse) {
    this.address = address;
    this.connectionsMax = connectionsMax;
    this.reuse = reuse;
    boolean epoll = Epoll.isAvailable();
    this.loop =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("load", true),
            epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS_MAX);
    this.prompt = CompletableFuture.supplyAsync(LoadGenerator::becomePrompt, loop).join();
  }

  /** Whether it could. */
  private static boolean becomePrompt() {
    int thread = Threads.currentTid();
    try {
      Files.writeString(Path.of("/proc/" + thread + "/timerslack_ns"), TIMER_SLACK_NANOS);
      Threads.runFirst(thread);
      return true;
    } catch (IOException | LinuxException e) {
      return false;
    }
  }

  /** Whether its thread has the priority that it wants. */
  public boolean prompt() {
    return prompt;
  }

  /**
   * Sees to it that so many connections are open ahead of a run.
   *
   * @throws IOException if there is nobody at the address
   */
  public void connect(int wanted) throws IOException {
    int open = CompletableFuture.supplyAsync(connections::size, loop).join();
    for (int i = open; i < Math.min(wanted, connectionsMax); i++) {
      LoadConnection connection = new LoadConnection(this);
      try {
        Channel _ =
            bootstrap.clone().handler(initializer(connection)).connect(address).sync().channel();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      } catch (Exception e) {
        // Netty throws what connecting failed with, declared or not.
        throw new IOException("nobody answers at " + address + ": " + e.getMessage(), e);
      }
    }
  }

  private static ChannelInitializer<SocketChannel> initializer(LoadConnection connection) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(new HttpResponseDecoder()).addLast(connection);
      }
    };
  }

  /**
   * Sends for {@code nanos}, then waits for what is still under way.
   *
   * @param timeoutNanos answers later than this after their request was due do not count
   */
  public void run(List<LoadFlow> flows, long nanos, long timeoutNanos) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loop.execute(() -> {
      long now = System.nanoTime();
      run = new Run(flows, now, now + nanos, timeoutNanos, ended);
      for (LoadFlow flow : flows) {
        for (int i = 0; i < flow.atOnce(); i++) {
          send(flow, now, now);
        }
      }
      pump();
    });
    try {
      ended.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("the load generator failed", e.getCause());
    }
  }

  /** Sends what is due, and sleeps until the next is. */
  private void pump() {
    Run current = run;
    try {
      long now = System.nanoTime();
      long wakeNanos = current.endNanos();
      for (LoadFlow flow : current.flows()) {
        long limit = current.endNanos() - current.startNanos();
        while (flow.nextDueNanos() < limit && flow.nextDueNanos() <= now - current.startNanos()) {
          long due = current.startNanos() + flow.nextDueNanos();
          flow.advance();
          send(flow, due, now);
          now = System.nanoTime();
        }
        if (flow.nextDueNanos() < limit) {
          wakeNanos =
              Math.min(wakeNanos - now, current.startNanos() + flow.nextDueNanos() - now) + now;
        }
      }
      if (now - current.endNanos() >= 0) {
        drain();
      } else {
        var _ = loop.schedule(this::pump, wakeNanos - now, TimeUnit.NANOSECONDS);
      }
    } catch (RuntimeException | Error e) {
      current.ended().completeExceptionally(e);
    }
  }

  private void send(LoadFlow flow, long dueNanos, long nowNanos) {
    LoadConnection connection =
        switch (reuse) {
          case LAST_USED -> free.pollFirst();
          case IN_TURN -> free.pollLast();
        };
    if (connection == null) {
      if (connections.size() >= connectionsMax) {
        flow.countUnsent();
        return;
      }
      connection = new LoadConnection(this);
      LoadConnection opening = connection;
      connections.add(connection);
      bootstrap
          .clone()
          .handler(initializer(connection))
          .connect(address)
          .addListener(result -> {
            if (!result.isSuccess()) {
              gone(opening);
            }
          });
    }
    Request request = flow.next();
    flow.countSent(request, nowNanos - dueNanos);
    connection.send(flow, request, dueNanos);
  }

  /** A connection is there; if nobody wanted it, it is free. */
  void opened(LoadConnection connection) {
    connections.add(connection);
    if (connection.flow() == null) {
      free.push(connection);
    }
  }

  /** An answer came. */
  void answered(
      LoadConnection connection, LoadFlow flow, LoadConnection.Answer answer, long nowNanos) {
    long tookNanos = nowNanos - answer.dueNanos();
    boolean inWindow = nowNanos - run.endNanos() < 0;
    if (tookNanos > run.timeoutNanos()) {
      flow.countLate();
    } else {
      flow.countAnswer(answer.status(), answer.good(), inWindow, tookNanos, answer.bodyBytes());
    }
    if (connection.reusable()) {
      free.push(connection);
    } else {
      connections.remove(connection);
      connection.close();
    }
    if (inWindow && flow.atOnce() > 0) {
      send(flow, nowNanos, nowNanos);
    }
  }

  /** A connection has ended, or could not be had. */
  void gone(LoadConnection connection) {
    LoadFlow flow = connection.flow();
    connections.remove(connection);
    free.remove(connection);
    connection.close();
    if (flow != null) {
      flow.countBroken();
      if (flow.atOnce() > 0 && System.nanoTime() - run.endNanos() < 0) {
        // Not at once: a server that refuses all would keep this thread busy.
        var _ =
            loop.schedule(
                () -> {
                  long now = System.nanoTime();
                  if (now - run.endNanos() < 0) {
                    send(flow, now, now);
                  }
                },
                1,
                TimeUnit.MILLISECONDS);
      }
    }
  }

  /** Ends the run when nothing is under way any more, or nothing under way can count. */
  private void drain() {
    Run current = run;
    long now = System.nanoTime();
    boolean overdue = now - current.endNanos() > current.timeoutNanos();
    for (LoadConnection each : List.copyOf(connections)) {
      LoadFlow flow = each.flow();
      if (flow == null) {
        continue;
      }
      if (overdue || now - each.dueNanos() > current.timeoutNanos()) {
        flow.countLate();
        connections.remove(each);
        each.close();
      }
    }
    if (connections.stream().allMatch(each -> each.flow() == null)) {
      current.ended().complete(null);
    } else {
      var _ = loop.schedule(this::drain, 1, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
