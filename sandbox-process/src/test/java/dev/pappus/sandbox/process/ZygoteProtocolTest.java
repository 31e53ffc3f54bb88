package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The zygote's header and the Java numbers say the same. */
class ZygoteProtocolTest {
  @TempDir Path folder;

  private static Map<String, Long> javaNumbers() {
    long report = ZygoteProtocol.REPORT;
    Map<String, Long> numbers = new LinkedHashMap<>();
    numbers.put("STUB_ADDRESS", ZygoteProtocol.STUB_ADDRESS);
    numbers.put("EXIT_BYTES", (long) ZygoteProtocol.EXIT_BYTES);
    numbers.put("ZYGOTE_MEMORY_BYTES", (long) ZygoteProtocol.MEMORY_BYTES);
    numbers.put("REPORT_RESERVE", (long) ZygoteProtocol.REPORT_RESERVE);
    numbers.put("REPORT_ADDRESS - EXIT_ADDRESS", report - ZygoteProtocol.EXIT_PAGES);
    numbers.put("offsetof(struct status, step)", (long) ZygoteProtocol.STATUS_STEP);
    numbers.put("offsetof(struct status, error)", (long) ZygoteProtocol.STATUS_ERROR);
    numbers.put("offsetof(struct report, signal)", ZygoteProtocol.REPORT_SIGNAL - report);
    numbers.put("offsetof(struct report, code)", ZygoteProtocol.REPORT_CODE - report);
    numbers.put("offsetof(struct report, vector)", ZygoteProtocol.REPORT_VECTOR - report);
    numbers.put("offsetof(struct report, error_code)", ZygoteProtocol.REPORT_ERROR_CODE - report);
    numbers.put("offsetof(struct report, address)", ZygoteProtocol.REPORT_ADDRESS - report);
    numbers.put("offsetof(struct report, instruction)", ZygoteProtocol.REPORT_INSTRUCTION - report);
    numbers.put("offsetof(struct report, flags)", ZygoteProtocol.REPORT_FLAGS - report);
    numbers.put("offsetof(struct report, rdx)", ZygoteProtocol.REPORT_RDX - report);
    numbers.put("offsetof(struct report, call)", ZygoteProtocol.REPORT_CALL - report);
    numbers.put(
        "offsetof(struct report, architecture)", ZygoteProtocol.REPORT_ARCHITECTURE - report);
    numbers.put("offsetof(struct report, begun)", ZygoteProtocol.REPORT_BEGUN - report);
    numbers.put("offsetof(struct report, asked)", ZygoteProtocol.REPORT_ASKED - report);
    numbers.put("ASK_BEGIN", (long) ZygoteProtocol.ASK_BEGIN);
    numbers.put("ASK_RESTORE", (long) ZygoteProtocol.ASK_RESTORE);
    long start = ZygoteProtocol.START;
    numbers.put("START_BYTES", (long) ZygoteProtocol.START_BYTES);
    numbers.put("0x1000 + EXIT_BYTES", start);
    numbers.put("offsetof(struct start, way_out)", ZygoteProtocol.START_WAY_OUT - start);
    numbers.put("offsetof(struct start, entry)", ZygoteProtocol.START_ENTRY - start);
    numbers.put(
        "offsetof(struct start, stack_pointer)", ZygoteProtocol.START_STACK_POINTER - start);
    numbers.put("offsetof(struct start, calls)", ZygoteProtocol.START_CALLS - start);
    numbers.put("STEP_START", (long) ZygoteProtocol.STEP_START);
    numbers.put("STEP_CLONE", (long) ZygoteProtocol.STEP_CLONE);
    numbers.put("STEP_MAP", (long) ZygoteProtocol.STEP_MAP);
    numbers.put("STEP_FILTER", (long) ZygoteProtocol.STEP_FILTER);
    numbers.put("STEP_ATTACH", (long) ZygoteProtocol.STEP_ATTACH);
    numbers.put("OPERATION_ATTACH", (long) ZygoteProtocol.OPERATION_ATTACH);
    numbers.put("OPERATION_DETACH", (long) ZygoteProtocol.OPERATION_DETACH);
    numbers.put("OPERATION_START", (long) ZygoteProtocol.OPERATION_START);
    numbers.put("offsetof(struct request, operation)", (long) ZygoteProtocol.REQUEST_OPERATION);
    numbers.put("offsetof(struct request, slot)", (long) ZygoteProtocol.REQUEST_SLOT);
    numbers.put("offsetof(struct request, libos_begin)", (long) ZygoteProtocol.REQUEST_LIBOS_BEGIN);
    numbers.put("offsetof(struct request, libos_end)", (long) ZygoteProtocol.REQUEST_LIBOS_END);
    numbers.put("offsetof(struct request, range_count)", (long) ZygoteProtocol.REQUEST_RANGE_COUNT);
    numbers.put("offsetof(struct request, warm_count)", (long) ZygoteProtocol.REQUEST_WARM_COUNT);
    numbers.put("offsetof(struct request, stays)", (long) ZygoteProtocol.REQUEST_STAYS);
    numbers.put("offsetof(struct request, ranges)", (long) ZygoteProtocol.REQUEST_RANGES);
    numbers.put("sizeof(struct request)", (long) ZygoteProtocol.REQUEST_BYTES);
    numbers.put("offsetof(struct range, start)", (long) ZygoteProtocol.RANGE_START);
    numbers.put("offsetof(struct range, end)", (long) ZygoteProtocol.RANGE_END);
    numbers.put("offsetof(struct range, protection)", (long) ZygoteProtocol.RANGE_PROTECTION);
    numbers.put("sizeof(struct range)", (long) ZygoteProtocol.RANGE_BYTES);
    numbers.put("SLOTS_MAX", (long) ZygoteProtocol.SLOTS_MAX);
    numbers.put("RANGES_MAX", (long) ZygoteProtocol.RANGES_MAX);
    return numbers;
  }

  @Test
  void headerAndJavaAgree() throws IOException, InterruptedException {
    StringBuilder program = new StringBuilder("#include <zygote.h>\n#include <stdio.h>\n");
    program.append("int main(void) {\n");
    List<String> expected = new ArrayList<>();
    javaNumbers()
        .forEach((expression, number) -> {
          program.append("printf(\"%lld\\n\", (long long)(").append(expression).append("));\n");
          expected.add(Long.toString(number));
        });
    Path source = Files.writeString(folder.resolve("numbers.c"), program.append("}\n"));
    Path binary = folder.resolve("numbers");
    String include = Path.of(System.getProperty("pappus.root"), "guest", "process").toString();
    Process compiler =
        new ProcessBuilder("gcc", "-I", include, source.toString(), "-o", binary.toString())
            .redirectErrorStream(true)
            .start();
    String messages = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(compiler.waitFor()).as(messages).isZero();
    Process numbers = new ProcessBuilder(binary.toString()).start();
    String printed = new String(numbers.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(numbers.waitFor()).isZero();
    assertThat(printed.lines()).containsExactlyElementsOf(expected);
  }
}
