package dev.pappus.bench.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** A made-up trace in both forms in which the real one is published. */
final class MiniTrace {
  static final int MINUTES = 1440;

  private MiniTrace() {}

  /**
   * As the full trace: bare numbers of minutes, a column more, plain text, two functions in an
   * application.
   */
  static void writeFull(Path folder) throws IOException {
    StringBuilder calls = new StringBuilder("HashOwner,HashApp,HashFunction,Trigger");
    for (int i = 1; i <= MINUTES; i++) {
      calls.append(',').append(i);
    }
    row(calls.append("\r\n"), "o,a,f,http", 2);
    row(calls, "o,a,g,timer", 0);
    row(calls, "o,b,h,queue", 10);
    row(calls, "o,c,lost,queue", 1);
    Files.writeString(folder.resolve("invocations_per_function_md.anon.d01.csv"), calls);
    Files.writeString(
        folder.resolve("function_durations_percentiles.anon.d01.csv"),
        durations("HashOwner,HashApp,HashFunction,", "o,a,f,", "o,b,h,", "o,a,g,"));
    Files.writeString(
        folder.resolve("app_memory_percentiles.anon.d01.csv"),
        "HashOwner,HashApp,SampleCount,AverageAllocatedMb\no,a,9,3\no,b,9,2\n");
  }

  /** As the samples: {@code minute_N}, compressed. */
  static void writeSample(Path folder) throws IOException {
    StringBuilder calls = new StringBuilder("HashFunction,HashApp,HashOwner");
    for (int i = 1; i <= MINUTES; i++) {
      calls.append(",minute_").append(i);
    }
    row(calls.append('\n'), "f,a,o", 2);
    row(calls, "h,b,o", 10);
    compress(folder.resolve("2_inv.csv.gz"), calls.toString());
    compress(
        folder.resolve("2_run.csv.gz"),
        durations("HashFunction,HashApp,HashOwner,", "f,a,o,", "h,b,o,"));
    compress(
        folder.resolve("2_mem.csv.gz"), "HashApp,HashOwner,AverageAllocatedMb\na,o,3\nb,o,2\n");
  }

  private static void row(StringBuilder to, String start, int perMinute) {
    to.append(start);
    for (int i = 0; i < MINUTES; i++) {
      to.append(',').append(perMinute);
    }
    to.append('\n');
  }

  private static String durations(String columns, String... functions) {
    StringBuilder text = new StringBuilder(columns);
    text.append("Count,Average,percentile_Average_0,percentile_Average_1,percentile_Average_25")
        .append(",percentile_Average_50,percentile_Average_75,percentile_Average_99")
        .append(",percentile_Average_100\n");
    for (String function : functions) {
      text.append(function).append("5,40,10,10,20,40,60,100,500\n");
    }
    return text.toString();
  }

  static void compress(Path file, String text) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }
}
