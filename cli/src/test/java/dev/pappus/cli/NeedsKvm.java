package dev.pappus.cli;

import dev.pappus.linux.KvmAvailability;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that run guests; not run where /dev/kvm is absent, failed where it cannot be used. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Tag("kvm")
@ExtendWith(NeedsKvm.Condition.class)
@interface NeedsKvm {
  /** Looks for the device. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return KvmAvailability.probe() instanceof KvmAvailability.Absent
          ? ConditionEvaluationResult.disabled("no /dev/kvm")
          : ConditionEvaluationResult.enabled("/dev/kvm is there");
    }
  }
}
