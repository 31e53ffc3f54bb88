package dev.pappus.server;

import java.util.List;

/** The JVM of a node that is a process. */
public final class NodeJvm {
  /** Those of the launcher, in start.sh, which says what they are for. */
  public static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED",
          "-Xms32m",
          "-XX:NewSize=16m",
          "-XX:TLABSize=64k",
          "-XX:MaxRAMPercentage=40",
          "-XX:-ShrinkHeapInSteps",
          "-XX:TrimNativeHeapInterval=20000",
          "-Dio.netty.leakDetection.level=disabled",
          "-Dio.netty.jfr.enabled=false",
          "-Djava.locale.providers=HOST");

  private NodeJvm() {}
}
