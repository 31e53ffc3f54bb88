package dev.pappus.server;

import dev.pappus.server.telemetry.ProcessLog;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node as the whole of a process: {@code pappus server}. */
public final class ServerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  /** So long whoever waits for a node asks whether it is there. */
  private static final long FIRST_ANSWER_MILLIS = 100;

  /** So long a node counts as starting after that: its first requests bring new code, too. */
  private static final long START_MILLIS = 900;

  private ServerProcess() {}

  /**
   * Starts a node, prints the one line that says where it listens, and waits. SIGTERM or SIGINT
   * stop the node within limits.shutdown_grace and end the process with exit code 0; this method
   * returns only if the waiting thread is interrupted.
   *
   * @param foreignVariables names that begin like ours but mean something else
   * @param out gets the line
   * @throws ConfigurationException if a value cannot be used
   * @throws IOException if an address cannot be had
   * @throws InterruptedException if the calling thread was interrupted; the node is closed then
   */
  public static void run(Configuration configuration, Set<String> foreignVariables, PrintStream out)
      throws IOException, InterruptedException {
    Future<Void> _ = OptimisingCompiler.standBack();
    try {
      serve(configuration, foreignVariables, out);
    } finally {
      OptimisingCompiler.resume();
    }
  }

  private static void serve(
      Configuration configuration, Set<String> foreignVariables, PrintStream out)
      throws IOException, InterruptedException {
    configureLog(configuration);
    if (!foreignVariables.isEmpty()) {
      LOG.info(
          "ignoring variables that Kubernetes sets for services: {}",
          String.join(", ", foreignVariables));
    }
    PappusNode node = PappusNode.start(configuration);
    Thread hook = new Thread(() -> stop(node), "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      String unavailable = node.sandboxes().whyNoNativePrograms();
      if (unavailable != null) {
        LOG.warn("native functions cannot run: {}", unavailable);
      }
      PappusNode.Addresses addresses = node.addresses();
      out.println(
          "listening invoke=" + addresses.invocation() + " admin=" + addresses.administration());
      out.flush();
      Thread.sleep(FIRST_ANSWER_MILLIS);
      OptimisingCompiler.goOn();
      node.describeSandboxes().forEach(LOG::info);
      Thread.sleep(START_MILLIS);
      OptimisingCompiler.resume();
      HeapGrowth.restrain();
      new CountDownLatch(1).await();
    } finally {
      Runtime.getRuntime().removeShutdownHook(hook);
      node.close();
    }
  }

  private static void configureLog(Configuration configuration) {
    try {
      ProcessLog.configure(configuration.telemetry(), System.getenv("PAPPUS_LOG"));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("PAPPUS_LOG " + e.getMessage(), e);
    }
  }

  /** Runs in the shutdown hook, where only halting can still choose the exit code. */
  private static void stop(PappusNode node) {
    LOG.info("stopping");
    node.close();
    Runtime.getRuntime().halt(0);
  }
}
