package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
  @TempDir private Path root;

  @Test
  void aGoodMachineIsOk() throws IOException {
    write("proc/cpuinfo", "model name\t: Some CPU\nflags\t\t: fpu sse avx2 avx512f\n");
    write("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    write("proc/self/limits", "Limit  Soft Limit\nMax open files            1048576    1048576\n");
    write("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:   8388608 kB\n");
    write("sys/devices/system/clocksource/clocksource0/current_clocksource", "kvm-clock\n");
    HostChecks checks = new HostChecks(root);
    assertThat(
            List.of(
                checks.processor(),
                checks.hugePages(),
                checks.openFiles(),
                checks.memory(),
                checks.clock()))
        .allSatisfy(check -> assertThat(check.state()).isEqualTo(HostCheck.State.OK));
    assertThat(checks.processor().detail()).contains("Some CPU", "AVX-512");
    assertThat(checks.memory().detail()).isEqualTo("8192 MiB available");
  }

  @Test
  void whatIsBadComesWithAFix() throws IOException {
    write("proc/cpuinfo", "flags : fpu sse\n");
    write("sys/kernel/mm/transparent_hugepage/enabled", "always madvise [never]\n");
    write("proc/self/limits", "Max open files            256    256\n");
    write("proc/meminfo", "MemAvailable:   1024 kB\n");
    write("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    HostChecks checks = new HostChecks(root);
    assertThat(
            List.of(
                checks.processor(),
                checks.hugePages(),
                checks.openFiles(),
                checks.memory(),
                checks.clock()))
        .allSatisfy(check -> {
          assertThat(check.state()).isEqualTo(HostCheck.State.WARNING);
          assertThat(check.fix()).isNotBlank();
        });
  }

  @Test
  void aTakenPortIsNoticed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostCheck check = HostChecks.port("port", taken.getLocalPort());
      assertThat(check.state()).isEqualTo(HostCheck.State.WARNING);
      assertThat(check.detail()).contains(taken.getLocalPort() + " is taken");
    }
  }

  @Test
  void whatBreaksComputeSetsTheExitCode() {
    CommandRun here = CommandRun.of("doctor", "-o", "json");
    boolean compute = here.out().contains("\"compute\":true");
    assertThat(here.exitCode()).isEqualTo(compute ? ExitCode.OK : ExitCode.FAILED);
    assertThat(here.json().objects("checks")).hasSizeGreaterThan(9);
    assertThat(here.json().objects("checks").getFirst().text("name")).isEqualTo("kvm");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
