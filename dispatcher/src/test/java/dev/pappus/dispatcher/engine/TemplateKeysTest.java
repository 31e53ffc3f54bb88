package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.StoredSpec;
import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What templates depend on, and what not. */
class TemplateKeysTest {
  private static final Digest BINARY = digest("binary");
  private static final Digest LIBOS = digest("library OS");
  private static final FunctionSpec SPEC =
      new FunctionSpec(
              "tool",
              List.of(
                  InputSet.dynamic("stdio"),
                  new InputSet("fixed", List.of(Item.ofText("a", "content")))),
              List.of("stdio"),
              64 << 20,
              List.of())
          .withProgram(new ProgramOptions(List.of("-l"), true));

  private static Digest digest(String text) {
    return Digest.of(Item.ofText("x", text).data());
  }

  private static Digest key(FunctionSpec spec, Digest binary, String backend) {
    StoredSpec stored = StoredSpec.of(spec);
    FunctionCode code =
        new FunctionCode(
            stored.inAnySandbox().versionWith(binary), binary, 1, stored.withoutStatics(), backend);
    return TemplateKeys.of(code, LIBOS, "0123 4567");
  }

  private static Digest key(FunctionSpec spec) {
    return key(spec, BINARY, "kvm");
  }

  @Test
  void everyKindOfSandboxHasTheSame() {
    assertThat(key(SPEC, BINARY, "process")).isEqualTo(key(SPEC));
    for (SandboxChoice choice : SandboxChoice.values()) {
      assertThat(key(SPEC.withSandbox(choice))).as("%s", choice).isEqualTo(key(SPEC));
    }
  }

  @Test
  void whatAProgramMayHaveSeenTellsThemApart() {
    FunctionCode code = new FunctionCode(BINARY, BINARY, 1, SPEC, "kvm");
    assertThat(
            List.of(
                key(SPEC),
                key(SPEC, digest("another"), "kvm"),
                key(SPEC.withProgram(new ProgramOptions(List.of("-", "l"), true))),
                key(SPEC.withInputs(List.of(InputSet.dynamic("stdio"), InputSet.dynamic("fixed")))),
                key(
                    SPEC.withInputs(
                        List.of(
                            InputSet.dynamic("stdio"),
                            new InputSet("fixed", List.of(Item.ofText("a", "other")))))),
                key(
                    new FunctionSpec("tool", SPEC.inputs(), List.of("out"), 64 << 20, List.of())
                        .withProgram(SPEC.program())),
                key(
                    new FunctionSpec("tool", SPEC.inputs(), SPEC.outputs(), 65 << 20, List.of())
                        .withProgram(SPEC.program())),
                key(
                    new FunctionSpec("other", SPEC.inputs(), SPEC.outputs(), 64 << 20, List.of())
                        .withProgram(SPEC.program())),
                TemplateKeys.of(code, LIBOS, "0123 4567"),
                TemplateKeys.of(code, digest("newer"), "0123 4567"),
                TemplateKeys.of(code, LIBOS, "0123 4568")))
        .doesNotHaveDuplicates();
  }
}
