package dev.pappus.bench;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.HdrHistogram.Histogram;

/**
 * Requests of one kind, sent at a fixed rate whatever becomes of them (open loop), or so many at a
 * time (closed loop), and what became of them. Belongs to one generator at a time.
 */
final class LoadFlow {
  private final byte[] request;
  private final double perSecond;
  private final int atOnce;
  private final Histogram served = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram refused = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private long sent;
  private long unsent;
  private long failed;

  private LoadFlow(byte[] request, double perSecond, int atOnce) {
    this.request = request;
    this.perSecond = perSecond;
    this.atOnce = atOnce;
  }

  private static byte[] request(
      InetSocketAddress address, String namespace, String path, String body) {
    return String.format(
            "POST %s HTTP/1.1\r\n"
                + "Host: %s:%d\r\n"
                + "Pappus-Namespace: %s\r\n"
                + "Content-Length: %d\r\n\r\n"
                + "%s",
            path, address.getHostString(), address.getPort(), namespace, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends {@code perSecond} requests a second. */
  static LoadFlow open(
      InetSocketAddress address, String namespace, String path, String body, double perSecond) {
    return new LoadFlow(request(address, namespace, path, body), perSecond, 0);
  }

  /** Keeps {@code atOnce} requests under way. */
  static LoadFlow closed(
      InetSocketAddress address, String namespace, String path, String body, int atOnce) {
    return new LoadFlow(request(address, namespace, path, body), 0, atOnce);
  }

  ByteBuffer request() {
    return ByteBuffer.wrap(request);
  }

  int atOnce() {
    return atOnce;
  }

  /** How many requests are due {@code nanos} after the start. */
  long dueAfter(long nanos) {
    return (long) (nanos / 1e9 * perSecond);
  }

  /** When request {@code number} is due, in nanoseconds after the start. */
  long dueNanos(long number) {
    return (long) (number / perSecond * 1e9);
  }

  void countSent() {
    sent++;
  }

  /** The generator had no connection left, or no time. */
  void countUnsent(long requests) {
    unsent += requests;
  }

  void countAnswer(int status, long nanos) {
    if (status == 200) {
      served.recordValue(Math.min(nanos, Invoker.HIGHEST_NANOS));
    } else if (status == 503 || status == 429) {
      refused.recordValue(Math.min(nanos, Invoker.HIGHEST_NANOS));
    } else {
      failed++;
    }
  }

  void countBroken() {
    failed++;
  }

  /** Requests that left. */
  long sent() {
    return sent;
  }

  /** Requests that were due but did not leave. */
  long unsent() {
    return unsent;
  }

  /** Answers that are neither results nor refusals, and connections that broke. */
  long failed() {
    return failed;
  }

  /** How long results took, from when their request was due, in nanoseconds. */
  Histogram served() {
    return served;
  }

  /** The same of refusals. */
  Histogram refused() {
    return refused;
  }
}
