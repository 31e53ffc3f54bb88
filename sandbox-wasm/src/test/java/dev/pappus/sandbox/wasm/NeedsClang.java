package dev.pappus.sandbox.wasm;

import java.io.File;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests of modules that clang and wasm-ld build. Where these are absent the tests do not run and do
 * not count as passed; where they are there but the modules are missing, they fail.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag(NeedsClang.TAG)
@ExtendWith(NeedsClang.Condition.class)
@interface NeedsClang {
  /** Tests that need a compiler for WebAssembly. */
  String TAG = "wasm-compiler";

  /** Skips where a tool is not on the PATH. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return isThere("clang") && isThere("wasm-ld")
          ? ConditionEvaluationResult.enabled("clang and wasm-ld are there")
          : ConditionEvaluationResult.disabled("no clang or no wasm-ld");
    }

    static boolean isThere(String tool) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        if (Files.isExecutable(Path.of(folder, tool))) {
          return true;
        }
      }
      return false;
    }
  }
}
