package dev.pappus.sandbox.wasm;

import java.util.ArrayList;
import java.util.List;

/** Arguments, environment, clocks, randomness and waiting. */
final class WasiProcess {
  private static final int SUBSCRIPTIONS_MAX = 4096;
  private static final int SUBSCRIPTION_BYTES = 48;
  private static final int EVENT_BYTES = 32;
  private static final int TAG_CLOCK = 0;
  private static final int TAG_READ = 1;
  private static final int TAG_WRITE = 2;
  private static final int ABSOLUTE = 1;
  private static final int RANDOM_CHUNK_BYTES = 1 << 16;

  private WasiProcess() {}

  static void argsGet(WasiRun run, Guest guest, long[] a) {
    strings(guest, run.arguments(), a[0], a[1]);
  }

  static void argsSizesGet(WasiRun run, Guest guest, long[] a) {
    sizes(guest, run.arguments(), a[0], a[1]);
  }

  static void environGet(WasiRun run, Guest guest, long[] a) {
    strings(guest, run.environment(), a[0], a[1]);
  }

  static void environSizesGet(WasiRun run, Guest guest, long[] a) {
    sizes(guest, run.environment(), a[0], a[1]);
  }

  private static void strings(Guest guest, List<byte[]> texts, long pointers, long buffer) {
    long at = buffer;
    for (int i = 0; i < texts.size(); i++) {
      byte[] text = texts.get(i);
      guest.putU32(pointers + 4L * i, at);
      guest.write(at, text);
      guest.piece(at + text.length, 1).fill((byte) 0);
      at += text.length + 1L;
    }
  }

  private static void sizes(Guest guest, List<byte[]> texts, long count, long bytes) {
    long sum = 0;
    for (byte[] text : texts) {
      sum += text.length + 1L;
    }
    guest.putU32(count, texts.size());
    guest.putU32(bytes, sum);
  }

  static void clockResGet(WasiRun run, Guest guest, long[] a) {
    run.clock().now((int) a[0]);
    guest.putU64(a[1], GuestClock.STEP_NANOS);
  }

  static void clockTimeGet(WasiRun run, Guest guest, long[] a) {
    guest.putU64(a[2], run.clock().read((int) a[0]));
  }

  static void randomGet(WasiRun run, Guest guest, long[] a) {
    guest.piece(a[0], a[1]);
    for (long done = 0; done < a[1]; done += RANDOM_CHUNK_BYTES) {
      Interruption.check();
      byte[] chunk = new byte[(int) Math.min(RANDOM_CHUNK_BYTES, a[1] - done)];
      run.random().fill(chunk);
      guest.write(a[0] + done, chunk);
    }
  }

  /** What a subscription of poll_oneoff asks for. */
  private record Subscription(long user, int tag, long nanos, int error) {}

  /**
   * Never waits: files are always ready, and where only clocks are waited for, time passes until
   * the first of them is due.
   */
  static void pollOneoff(WasiRun run, Guest guest, long[] a) {
    long count = a[2];
    if (count == 0 || count > SUBSCRIPTIONS_MAX) {
      throw Errno.of(Errno.INVAL);
    }
    List<Subscription> wanted = new ArrayList<>();
    long shortest = Long.MAX_VALUE;
    boolean ready = false;
    for (long i = 0; i < count; i++) {
      Subscription each = subscription(run, guest, a[0] + i * SUBSCRIPTION_BYTES);
      wanted.add(each);
      if (each.tag() == TAG_CLOCK && each.error() == Errno.SUCCESS) {
        shortest = Math.min(shortest, each.nanos());
      } else {
        ready = true;
      }
    }
    long passed = ready ? 0 : shortest;
    run.clock().pass(passed);
    long events = 0;
    for (Subscription each : wanted) {
      if (each.tag() != TAG_CLOCK || each.error() != Errno.SUCCESS || each.nanos() <= passed) {
        guest
            .fields(a[1] + events * EVENT_BYTES, EVENT_BYTES)
            .u64(0, each.user())
            .u16(8, each.error())
            .u8(10, each.tag())
            .u64(16, each.tag() == TAG_CLOCK ? 0 : 1);
        events++;
      }
    }
    guest.putU32(a[3], events);
  }

  private static Subscription subscription(WasiRun run, Guest guest, long at) {
    long user = guest.u64(at);
    int tag = guest.u8(at + 8);
    try {
      return switch (tag) {
        case TAG_CLOCK -> new Subscription(user, tag, wait(run, guest, at), Errno.SUCCESS);
        case TAG_READ, TAG_WRITE -> {
          run.descriptors().get(Integer.toUnsignedLong(guest.u32(at + 16)));
          yield new Subscription(user, tag, 0, Errno.SUCCESS);
        }
        default -> new Subscription(user, tag, 0, Errno.INVAL);
      };
    } catch (Errno e) {
      return new Subscription(user, tag, 0, e.number());
    }
  }

  /**
   * How long a clock is waited for. Times are unsigned; those beyond 2⁶³ are as good as for ever.
   */
  private static long wait(WasiRun run, Guest guest, long at) {
    long now = run.clock().now(guest.u32(at + 16));
    long timeout = guest.u64(at + 24);
    boolean absolute = (guest.u16(at + 40) & ABSOLUTE) != 0;
    return timeout < 0 ? Long.MAX_VALUE : Math.max(0, absolute ? timeout - now : timeout);
  }
}
