package dev.pappus.server;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pappus.linux.KvmAvailability;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same programs in virtual machines. */
@Tag("kvm")
class ProgramsApiKvmTest extends ProgramsApiTest {
  @BeforeAll
  static void needsKvm() {
    assumeThat(KvmAvailability.probe()).isNotInstanceOf(KvmAvailability.Absent.class);
  }

  @Override
  String sandbox() {
    return "kvm";
  }

  @Test
  void aSnapshotServesEverySandboxThatShowsTheSameProcessor() throws Exception {
    restart("auto");
    Path file = snapshotOf("?arg=count&sandbox=kvm");
    put("?arg=count&sandbox=process");
    if (SharedTemplateTest.bothSeeTheSame()) {
      assertUsed(file);
    } else {
      assertUnused(file);
    }
  }
}
