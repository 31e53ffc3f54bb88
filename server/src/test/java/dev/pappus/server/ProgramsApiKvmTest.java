package dev.pappus.server;

import org.junit.jupiter.api.Tag;

/** The same programs in virtual machines. */
@Tag("kvm")
class ProgramsApiKvmTest extends ProgramsApiTest {
  @Override
  String sandbox() {
    return "kvm";
  }
}
