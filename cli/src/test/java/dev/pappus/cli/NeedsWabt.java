package dev.pappus.cli;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that build native code of WebAssembly modules; not run where the tools are absent. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("wabt")
@ExtendWith(NeedsWabt.Condition.class)
@interface NeedsWabt {
  /** Looks for the tools. */
  final class Condition implements ExecutionCondition {
    private static final List<String> TOOLS = List.of("wasm2c", "wat2wasm", "clang", "wasm-ld");

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      for (String tool : TOOLS) {
        if (!isOnPath(tool)) {
          return ConditionEvaluationResult.disabled("no " + tool + ": install wabt, clang, lld");
        }
      }
      return ConditionEvaluationResult.enabled("the tools are there");
    }

    private static boolean isOnPath(String tool) {
      for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
        if (Files.isExecutable(Path.of(folder, tool))) {
          return true;
        }
      }
      return false;
    }
  }
}
