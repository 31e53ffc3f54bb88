package dev.pappus.dispatcher;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.model.DataSet;
import dev.pappus.model.Signature;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A communication function whose behaviour a test chooses. */
final class FakeCommunication implements CommunicationFunction {
  /** What it does. */
  interface Body {
    List<DataSet> invoke(List<DataSet> inputs) throws InterruptedException;
  }

  private final String name;
  private final Signature signature;
  final AtomicInteger calls = new AtomicInteger();
  final AtomicInteger interrupted = new AtomicInteger();
  volatile Body body = inputs -> inputs;

  FakeCommunication(String name, Signature signature) {
    this.name = name;
    this.signature = signature;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Signature signature() {
    return signature;
  }

  @Override
  public List<DataSet> invoke(List<DataSet> inputs, long deadlineNanos)
      throws InterruptedException {
    calls.getAndIncrement();
    try {
      return body.invoke(inputs);
    } catch (InterruptedException e) {
      interrupted.getAndIncrement();
      throw e;
    }
  }
}
