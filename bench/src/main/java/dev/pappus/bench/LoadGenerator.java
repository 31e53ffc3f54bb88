package dev.pappus.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends HTTP requests from one thread, which sleeps in between, so that a node on the same cores
 * loses as little as possible. Requests that are due leave within a millisecond. One thread.
 */
final class LoadGenerator implements AutoCloseable {
  private static final long DRAIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

  private final InetSocketAddress address;
  private final int connectionsMax;
  private final Selector selector = Selector.open();
  private final ArrayDeque<LoadConnection> free = new ArrayDeque<>();
  private int connections;
  private long endNanos;

  /** Sends over at most {@code connectionsMax} connections. */
  LoadGenerator(InetSocketAddress address, int connectionsMax) throws IOException {
    this.address = address;
    this.connectionsMax = connectionsMax;
  }

  /** Sends for {@code nanos}, then waits for the answers, which count only if they came in time. */
  void run(List<LoadFlow> flows, long nanos) throws IOException {
    long startNanos = System.nanoTime();
    endNanos = startNanos + nanos;
    long[] begun = new long[flows.size()];
    for (LoadFlow flow : flows) {
      for (int i = 0; i < flow.atOnce(); i++) {
        send(flow, System.nanoTime());
      }
    }
    long now = System.nanoTime();
    while (now - endNanos < 0) {
      for (int i = 0; i < begun.length; i++) {
        LoadFlow flow = flows.get(i);
        for (long due = flow.dueAfter(now - startNanos); begun[i] < due; begun[i]++) {
          send(flow, startNanos + flow.dueNanos(begun[i]));
        }
      }
      answers(1);
      now = System.nanoTime();
    }
    for (int i = 0; i < begun.length; i++) {
      flows.get(i).countUnsent(flows.get(i).dueAfter(nanos) - begun[i]);
    }
    while (free.size() < connections && now - endNanos < DRAIN_NANOS_MAX) {
      answers(10);
      now = System.nanoTime();
    }
  }

  private void send(LoadFlow flow, long dueNanos) throws IOException {
    LoadConnection connection = free.poll();
    if (connection == null) {
      if (connections >= connectionsMax) {
        flow.countUnsent(1);
        return;
      }
      connection = new LoadConnection(address, selector);
      connections++;
    }
    try {
      connection.send(flow, dueNanos);
      flow.countSent();
    } catch (IOException e) {
      broken(connection, flow);
    }
  }

  private void answers(int millis) throws IOException {
    var _ = selector.select(key -> answer(key), millis);
  }

  private void answer(SelectionKey key) {
    LoadConnection connection = (LoadConnection) key.attachment();
    LoadFlow flow = connection.flow();
    try {
      int status = connection.read();
      if (status > 0 && flow != null) {
        answered(connection, flow, status);
      } else if (status < 0) {
        broken(connection, flow);
      }
    } catch (IOException e) {
      broken(connection, flow);
    }
  }

  private void answered(LoadConnection connection, LoadFlow flow, int status) throws IOException {
    long now = System.nanoTime();
    boolean inTime = now - endNanos < 0;
    if (inTime) {
      flow.countAnswer(status, now - connection.dueNanos());
    }
    connection.done();
    if (!connection.reusable()) {
      connections--;
      connection.close();
    } else {
      free.push(connection);
    }
    if (inTime && flow.atOnce() > 0) {
      send(flow, now);
    }
  }

  private void broken(LoadConnection connection, @org.jspecify.annotations.Nullable LoadFlow flow) {
    if (flow != null) {
      flow.countBroken();
    }
    connections--;
    free.remove(connection);
    try {
      connection.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    for (LoadConnection each : free) {
      each.close();
    }
    selector.close();
  }
}
