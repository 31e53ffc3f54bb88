package dev.pappus.sandbox.kvm;

import dev.pappus.linux.KvmAvailability;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that run guests. Where /dev/kvm is absent they do not run and do not count as passed; where
 * it is present but cannot be used they fail.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("kvm")
@ExtendWith(NeedsKvm.Condition.class)
@interface NeedsKvm {
  /** Tests run with the entry variant without an interrupt table. */
  String NO_IDT = "kvm-no-idt";

  /** Tests run with the entry variant with an interrupt table. */
  String IDT = "kvm-idt";

  /** Skips where there is no KVM. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return KvmAvailability.probe() instanceof KvmAvailability.Absent
          ? ConditionEvaluationResult.disabled("no /dev/kvm")
          : ConditionEvaluationResult.enabled("/dev/kvm is there");
    }
  }
}
