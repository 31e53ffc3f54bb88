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
import io.netty.handler.codec.http.HttpMessage;
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
 * Sends HTTP requests from one thread, which sleeps in epoll until the next one is about to be due
 * or an answer comes, so that a server on the same cores loses as little as possible. Where it may,
 * that thread goes before all ordinary ones: it needs little, but is late else whenever the server
 * computes (a low nice value is not enough: the kernel lets who runs finish its slice). One run at
 * a time; any thread may start it.
 */
public final class LoadGenerator implements AutoCloseable {
  /** Timers of ordinary threads may be 50 µs late, to save wake-ups. */
  private static final String TIMER_SLACK_NANOS = "1";

  private static final long CLOSE_SECONDS_MAX = 5;
  private static final int CONNECT_MILLIS_MAX = 10_000;

  /** Until the next look for what is still under way, or the next try of a closed loop. */
  private static final long RETRY_NANOS = 1_000_000;

  private final InetSocketAddress address;
  private final int connectionsMax;
  private final Reuse reuse;
  private final EventLoopGroup loop;
  private final Bootstrap bootstrap;
  private final ArrayDeque<LoadConnection> free = new ArrayDeque<>();
  private final Set<LoadConnection> connections = new HashSet<>();
  private final boolean prompt;
  private Run run = new Run(List.of(), 0, 0, 0, new EarlyWake(0), new CompletableFuture<>());

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
      EarlyWake wake,
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
    HttpResponseDecoder decoder =
        new HttpResponseDecoder() {
          @Override
          protected boolean isContentAlwaysEmpty(HttpMessage message) {
            return connection.awaitsHeadOnly() || super.isContentAlwaysEmpty(message);
          }
        };
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(decoder).addLast(connection);
      }
    };
  }

  /**
   * Sends for {@code nanos}, then waits for what is still under way.
   *
   * @param timeoutNanos answers later than this after their request was due do not count
   * @throws IllegalStateException if requests cannot be made or counted
   */
  public void run(List<LoadFlow> flows, long nanos, long timeoutNanos) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loop.execute(() -> {
      long now = System.nanoTime();
      Run current = new Run(flows, now, now + nanos, timeoutNanos, new EarlyWake(now), ended);
      run = current;
      during(
          current,
          () -> {
            for (LoadFlow flow : flows) {
              for (int i = 0; i < flow.atOnce(); i++) {
                send(flow, now, now);
              }
            }
            pump(current);
          });
    });
    try {
      ended.join();
    } catch (CompletionException e) {
      throw new IllegalStateException("the load generator failed", e.getCause());
    }
  }

  /**
   * Does something for a run; nothing if it has ended. What goes wrong ends it, and whatever is
   * under way for it.
   */
  private void during(Run current, Runnable step) {
    if (current.ended().isDone()) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      for (LoadConnection each : List.copyOf(connections)) {
        if (each.flow() != null) {
          connections.remove(each);
          each.close();
        }
      }
      current.ended().completeExceptionally(e);
    }
  }

  private void later(Run current, Runnable step, long nanos) {
    var _ = loop.schedule(() -> during(current, step), nanos, TimeUnit.NANOSECONDS);
  }

  /** Sends what is due, and sleeps until the next is. */
  private void pump(Run current) {
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
      drain(current);
    } else {
      later(current, () -> pump(current), current.wake().pauseNanos(now, wakeNanos - now));
    }
  }

  private void send(LoadFlow flow, long dueNanos, long nowNanos) {
    if (free.isEmpty() && connections.size() >= connectionsMax) {
      notSent(flow);
      return;
    }
    Request request = flow.next();
    LoadConnection waiting =
        switch (reuse) {
          case LAST_USED -> free.pollFirst();
          case IN_TURN -> free.pollLast();
        };
    LoadConnection connection = waiting == null ? open() : waiting;
    flow.countSent(request, nowNanos - dueNanos);
    connection.send(flow, request, dueNanos);
  }

  private LoadConnection open() {
    LoadConnection opening = new LoadConnection(this);
    connections.add(opening);
    bootstrap
        .clone()
        .handler(initializer(opening))
        .connect(address)
        .addListener(result -> {
          if (!result.isSuccess()) {
            gone(opening);
          }
        });
    return opening;
  }

  /** All connections wait for answers. A closed loop's request can wait: it was not due now. */
  private void notSent(LoadFlow flow) {
    if (flow.atOnce() > 0) {
      sendLater(flow);
    } else {
      flow.countUnsent();
    }
  }

  /** Of a closed loop. Not at once: a server that refuses all would keep this thread busy. */
  private void sendLater(LoadFlow flow) {
    Run current = run;
    later(
        current,
        () -> {
          long now = System.nanoTime();
          if (now - current.endNanos() < 0) {
            send(flow, now, now);
          }
        },
        RETRY_NANOS);
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
    Run current = run;
    if (connection.reusable()) {
      free.push(connection);
    } else {
      connections.remove(connection);
      connection.close();
    }
    boolean inWindow = nowNanos - current.endNanos() < 0;
    during(
        current,
        () -> {
          count(current, flow, answer, nowNanos);
          if (inWindow && flow.atOnce() > 0) {
            send(flow, nowNanos, nowNanos);
          }
        });
  }

  private static void count(
      Run current, LoadFlow flow, LoadConnection.Answer answer, long nowNanos) {
    long tookNanos = nowNanos - answer.dueNanos();
    if (tookNanos > current.timeoutNanos()) {
      flow.countLate(current.timeoutNanos());
      return;
    }
    flow.countAnswer(
        answer.status(),
        answer.good(),
        nowNanos - current.endNanos() < 0,
        tookNanos,
        answer.bodyBytes());
    if (answer.start() != null && answer.good() && answer.status() == 200) {
      flow.countStart(answer.start());
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
      if (flow.atOnce() > 0) {
        sendLater(flow);
      }
    }
  }

  /** Ends the run when nothing is under way any more, or nothing under way can count. */
  private void drain(Run current) {
    long now = System.nanoTime();
    boolean overdue = now - current.endNanos() > current.timeoutNanos();
    for (LoadConnection each : List.copyOf(connections)) {
      LoadFlow flow = each.flow();
      if (flow == null) {
        continue;
      }
      if (overdue || now - each.dueNanos() > current.timeoutNanos()) {
        flow.countLate(current.timeoutNanos());
        connections.remove(each);
        each.close();
      }
    }
    if (connections.stream().allMatch(each -> each.flow() == null)) {
      current.ended().complete(null);
    } else {
      later(current, () -> drain(current), RETRY_NANOS);
    }
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
