package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.FunctionContract;
import dev.pappus.sandbox.HostileContract;
import dev.pappus.sandbox.IsolationContract;
import dev.pappus.sandbox.ProcessorFaultContract;
import dev.pappus.sandbox.ProgramContract;
import org.junit.jupiter.api.Nested;

/** The contracts on hosts whose kernel has no notifications: each run has a child of its own. */
class SingleRunChildTest {
  private static ComputeDriver singleRuns() {
    return new ProcessDriver(TestSettings.plain().withChildrenStay(false));
  }

  @Nested
  class Functions extends FunctionContract {
    @Override
    protected ComputeDriver driver() {
      return singleRuns();
    }
  }

  @Nested
  class Hostile extends HostileContract {
    @Override
    protected ComputeDriver driver() {
      return singleRuns();
    }
  }

  @Nested
  class Isolation extends IsolationContract {
    @Override
    protected ComputeDriver driver() {
      return singleRuns();
    }
  }

  @Nested
  class Faults extends ProcessorFaultContract {
    @Override
    protected ComputeDriver driver() {
      return singleRuns();
    }
  }

  @Nested
  class ProgramsOnce extends ProgramContract {
    @Override
    protected ComputeDriver driver() {
      return singleRuns();
    }
  }
}
