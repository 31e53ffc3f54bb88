package dev.pappus.server;

import dev.pappus.server.telemetry.ProcessLog;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node as the whole of a process: {@code pappus server}. */
public final class ServerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

  /** So long a node counts as starting once it listens: its first requests bring new code, too. */
  private static final long START_MILLIS = 1000;

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
    // On a thread of its own, as it links the calls into the C library, which takes a while.
    OptimisingCompiler compiler = new OptimisingCompiler();
    Thread standBack = Thread.ofPlatform().name("start").daemon().start(compiler::standBack);
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
      node.describeSandboxes().forEach(LOG::info);
      String unavailable = node.sandboxes().whyNoNativePrograms();
      if (unavailable != null) {
        LOG.warn("native functions cannot run: {}", unavailable);
      }
      PappusNode.Addresses addresses = node.addresses();
      out.println(
          "listening invoke=" + addresses.invocation() + " admin=" + addresses.administration());
      out.flush();
      standBack.join();
      try {
        Thread.sleep(START_MILLIS);
      } finally {
        compiler.resume();
      }
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
