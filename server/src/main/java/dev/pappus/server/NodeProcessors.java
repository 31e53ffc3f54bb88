package dev.pappus.server;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.model.DataSet;
import dev.pappus.model.Signature;
import dev.pappus.sandbox.ProcessorSplit;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which processors serve the node itself and which run functions: all of them both, unless the
 * configuration keeps some for the node. Immutable; any thread may use it.
 */
final class NodeProcessors {
  /** Null shares all. */
  private final @Nullable ProcessorSplit split;

  private NodeProcessors(@Nullable ProcessorSplit split) {
    this.split = split;
  }

  /**
   * Keeps {@code ioCores} processors for the node, and confines the process to them; 0 shares all.
   *
   * @throws ConfigurationException if none is left for functions
   */
  static NodeProcessors keeping(int ioCores) {
    if (ioCores == 0) {
      return new NodeProcessors(null);
    }
    try {
      ProcessorSplit split = new ProcessorSplit(ioCores);
      split.confineProcess();
      return new NodeProcessors(split);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("io_cores " + e.getMessage(), e);
    }
  }

  /** Opens what looks, while it is opened, at where untrusted code may run. */
  <T> T openAmongUntrusted(Supplier<T> opener) {
    if (split == null) {
      return opener.get();
    }
    split.enterUntrusted();
    try {
      return opener.get();
    } finally {
      split.enterTrusted();
    }
  }

  /** Confines the calling thread, and what it starts, to where untrusted code may run. */
  void enterUntrusted() {
    if (split != null) {
      split.enterUntrusted();
    }
  }

  /** {@code function}, kept from running where untrusted code does. */
  CommunicationFunction trusted(CommunicationFunction function) {
    return split == null ? function : new OnTrustedProcessors(function, split);
  }

  private record OnTrustedProcessors(CommunicationFunction function, ProcessorSplit split)
      implements CommunicationFunction {
    @Override
    public String name() {
      return function.name();
    }

    @Override
    public Signature signature() {
      return function.signature();
    }

    @Override
    public List<DataSet> invoke(List<DataSet> inputs, long deadlineNanos)
        throws InterruptedException {
      split.enterTrusted();
      return function.invoke(inputs, deadlineNanos);
    }
  }
}
