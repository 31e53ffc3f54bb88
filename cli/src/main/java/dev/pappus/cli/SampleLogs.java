package dev.pappus.cli;

import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Logs for machines that have none: always the same bytes, in three common shapes. */
final class SampleLogs {
  private static final long SEED = 20231030;
  private static final int LINES = 4000;
  private static final LocalDateTime START = LocalDateTime.of(2026, 3, 2, 6, 25, 1);
  private static final List<String> PATHS =
      List.of("/", "/index.html", "/api/orders", "/api/orders/17", "/static/app.js", "/login");
  private static final List<String> USERS = List.of("alice", "bob", "carol", "backup", "deploy");
  private static final List<String> JOBS = List.of("resize", "index", "mail", "report", "export");

  private final Random random;
  private LocalDateTime now = START;

  private SampleLogs(long seed) {
    random = new Random(seed);
  }

  static List<DemoLog> generate() {
    return List.of(
        new DemoLog("web.log", new SampleLogs(SEED).web(), null),
        new DemoLog("auth.log", new SampleLogs(SEED + 1).auth(), null),
        new DemoLog("worker.log", new SampleLogs(SEED + 2).worker(), null));
  }

  private byte[] web() {
    DateTimeFormatter time = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss", Locale.ROOT);
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      int dice = random.nextInt(100);
      int status = dice < 88 ? 200 : dice < 94 ? 404 : dice < 97 ? 302 : 500;
      log.append(address())
          .append(" - - [")
          .append(time.format(tick(3)))
          .append(" +0000] \"GET ")
          .append(pick(PATHS))
          .append(" HTTP/1.1\" ")
          .append(status)
          .append(' ')
          .append(random.nextInt(90_000))
          .append(status == 500 ? " error: upstream timed out" : "")
          .append('\n');
    }
    return bytes(log);
  }

  private byte[] auth() {
    DateTimeFormatter time = DateTimeFormatter.ofPattern("MMM dd HH:mm:ss", Locale.ROOT);
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      String who = pick(USERS) + " from " + address() + " port " + (1024 + random.nextInt(60_000));
      int dice = random.nextInt(100);
      log.append(time.format(tick(20))).append(" gate sshd[").append(800 + i).append("]: ");
      if (dice < 55) {
        log.append("Accepted publickey for ").append(who).append(" ssh2");
      } else if (dice < 90) {
        log.append("Failed password for ").append(who).append(" ssh2");
      } else {
        log.append("error: kex_exchange_identification: Connection closed by remote host");
      }
      // Some daemons end their lines in the other way.
      log.append(dice % 10 == 0 ? "\r\n" : "\n");
    }
    return bytes(log);
  }

  /** Its last line has no newline, as in a log that is being written. */
  private byte[] worker() {
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      boolean failed = random.nextInt(12) == 0;
      log.append(i == 0 ? "" : "\n")
          .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(tick(2)))
          .append(failed ? " ERROR " : " INFO  ")
          .append(pick(JOBS))
          .append(" job=")
          .append(10_000 + i)
          .append(failed ? " error=\"queue full\" retry=" + random.nextInt(4) : " done in ")
          .append(failed ? "" : random.nextInt(900) + " ms");
    }
    return bytes(log.append('\n').append(START).append(" ERROR mail job=1 error=\"unfinished"));
  }

  private LocalDateTime tick(int seconds) {
    now = now.plusSeconds(random.nextInt(seconds + 1));
    return now;
  }

  private String address() {
    return "198.51.100." + (1 + random.nextInt(60));
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte[] bytes(StringBuilder log) {
    return log.toString().getBytes(StandardCharsets.UTF_8);
  }
}
