package dev.pappus.bench.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * How busy the host was with other work.
 *
 * @param oneMinute the load average of the last minute
 * @param stolenTicks processor time since boot that another guest of the hypervisor had
 * @param ticks all processor time since boot, idle included
 */
public record HostLoad(double oneMinute, long stolenTicks, long ticks) {
  private static final int STEAL_FIELD = 7;

  /** After it come guests, which are counted in the first two. */
  private static final int FIELDS = 8;

  /** Now; zeros where the host does not tell. */
  public static HostLoad read() {
    try {
      String[] cpu =
          Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +", -1);
      long[] fields = Arrays.stream(cpu, 1, 1 + FIELDS).mapToLong(Long::parseLong).toArray();
      String average = Files.readString(Path.of("/proc/loadavg"));
      return new HostLoad(
          Double.parseDouble(average.substring(0, average.indexOf(' '))),
          fields[STEAL_FIELD],
          Arrays.stream(fields).sum());
    } catch (IOException | RuntimeException e) {
      return new HostLoad(0, 0, 0);
    }
  }

  /** Per cent of the processors' time between {@code before} and this that others had. */
  public double stealPercentSince(HostLoad before) {
    long passed = ticks - before.ticks();
    return passed <= 0 ? 0 : 100.0 * (stolenTicks - before.stolenTicks()) / passed;
  }
}
