package dev.pappus.sandbox;

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

/** The C header and the Java layout say the same. */
class AbiHeaderTest {
  @TempDir Path folder;

  private static Map<String, Integer> javaNumbers() {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    numbers.put("sizeof(pappus_control)", GuestAbi.CONTROL_BYTES);
    numbers.put("offsetof(pappus_control, exit_code)", GuestAbi.CONTROL_EXIT_CODE);
    numbers.put("offsetof(pappus_control, heap_begin)", GuestAbi.CONTROL_HEAP_BEGIN);
    numbers.put("offsetof(pappus_control, heap_end)", GuestAbi.CONTROL_HEAP_END);
    numbers.put("offsetof(pappus_control, input_count)", GuestAbi.CONTROL_INPUT_COUNT);
    numbers.put("offsetof(pappus_control, input_sets)", GuestAbi.CONTROL_INPUT_SETS);
    numbers.put("offsetof(pappus_control, output_count)", GuestAbi.CONTROL_OUTPUT_COUNT);
    numbers.put("offsetof(pappus_control, output_sets)", GuestAbi.CONTROL_OUTPUT_SETS);
    numbers.put("offsetof(pappus_control, input_items)", GuestAbi.CONTROL_INPUT_ITEMS);
    numbers.put("offsetof(pappus_control, output_items)", GuestAbi.CONTROL_OUTPUT_ITEMS);
    numbers.put("_Alignof(pappus_control)", GuestAbi.RECORD_ALIGNMENT);
    numbers.put("sizeof(pappus_set_record)", GuestAbi.SET_BYTES);
    numbers.put("offsetof(pappus_set_record, name)", GuestAbi.SET_NAME);
    numbers.put("offsetof(pappus_set_record, name_size)", GuestAbi.SET_NAME_BYTES);
    numbers.put("offsetof(pappus_set_record, first)", GuestAbi.SET_FIRST);
    numbers.put("sizeof(pappus_item)", GuestAbi.ITEM_BYTES);
    numbers.put("offsetof(pappus_item, name)", GuestAbi.ITEM_NAME);
    numbers.put("offsetof(pappus_item, name_size)", GuestAbi.ITEM_NAME_BYTES);
    numbers.put("offsetof(pappus_item, data)", GuestAbi.ITEM_DATA);
    numbers.put("offsetof(pappus_item, size)", GuestAbi.ITEM_DATA_BYTES);
    numbers.put("offsetof(pappus_item, key)", GuestAbi.ITEM_KEY);
    numbers.put("sizeof(pappus_log_ring)", GuestAbi.LOG_BYTES);
    numbers.put("offsetof(pappus_log_ring, total)", GuestAbi.LOG_TOTAL);
    numbers.put("offsetof(pappus_log_ring, text)", GuestAbi.LOG_TEXT);
    numbers.put("PAPPUS_LOG_CAPACITY", GuestAbi.LOG_CAPACITY_BYTES);
    numbers.put("PAPPUS_EXIT_PORT", GuestAbi.EXIT_PORT);
    numbers.put("PAPPUS_EXIT_NEVER_INITIALISED", ExitCodes.NEVER_INITIALISED);
    numbers.put("PAPPUS_EXIT_OUT_OF_MEMORY", ExitCodes.OUT_OF_MEMORY);
    numbers.put("PAPPUS_EXIT_BAD_OUTPUT", ExitCodes.BAD_OUTPUT);
    numbers.put("PAPPUS_GROW_PORT", GuestAbi.GROW_PORT);
    numbers.put("PAPPUS_NOTE_WASM", ElfNotes.TYPE_WASM);
    numbers.put("sizeof(pappus_wasm_note)", WasmMemory.NOTE_BYTES);
    numbers.put("offsetof(pappus_wasm_note, base)", WasmMemory.NOTE_BASE);
    numbers.put("offsetof(pappus_wasm_note, initial_pages)", WasmMemory.NOTE_INITIAL);
    numbers.put("offsetof(pappus_wasm_note, maximum_pages)", WasmMemory.NOTE_MAXIMUM);
    numbers.put("PAPPUS_NOTE_FUNCTION", ElfNotes.TYPE_FUNCTION);
    numbers.put("(int)sizeof(PAPPUS_NOTE_OWNER) - 1", ElfNotes.OWNER.length());
    libosNumbers(numbers);
    return numbers;
  }

  private static void libosNumbers(Map<String, Integer> numbers) {
    numbers.put("PAPPUS_EXIT_TEMPLATE", ExitCodes.TEMPLATE);
    numbers.put("PAPPUS_START_VERSION", (int) LibosAbi.START_VERSION);
    numbers.put("PAPPUS_START_TEMPLATE", (int) LibosAbi.START_TEMPLATE);
    numbers.put("sizeof(struct pappus_start)", LibosAbi.START_BYTES);
    numbers.put("offsetof(struct pappus_start, version)", LibosAbi.START_VERSION_AT);
    numbers.put("offsetof(struct pappus_start, flags)", LibosAbi.START_FLAGS);
    numbers.put("offsetof(struct pappus_start, entry)", LibosAbi.START_ENTRY);
    numbers.put("offsetof(struct pappus_start, headers)", LibosAbi.START_HEADERS);
    numbers.put("offsetof(struct pappus_start, header_count)", LibosAbi.START_HEADER_COUNT);
    numbers.put("offsetof(struct pappus_start, image_begin)", LibosAbi.START_IMAGE_BEGIN);
    numbers.put("offsetof(struct pappus_start, image_end)", LibosAbi.START_IMAGE_END);
    numbers.put("offsetof(struct pappus_start, words)", LibosAbi.START_WORDS);
    numbers.put("offsetof(struct pappus_start, word_count)", LibosAbi.START_WORD_COUNT);
    numbers.put("offsetof(struct pappus_start, inputs)", LibosAbi.START_INPUTS);
    numbers.put("offsetof(struct pappus_start, input_count)", LibosAbi.START_INPUT_COUNT);
    numbers.put("offsetof(struct pappus_start, stack_bottom)", LibosAbi.START_STACK_BOTTOM);
    numbers.put("sizeof(struct pappus_template)", LibosAbi.TEMPLATE_BYTES);
    numbers.put("offsetof(struct pappus_template, resume)", LibosAbi.TEMPLATE_RESUME);
    numbers.put("offsetof(struct pappus_template, free_begin)", LibosAbi.TEMPLATE_FREE_BEGIN);
    numbers.put("offsetof(struct pappus_template, free_end)", LibosAbi.TEMPLATE_FREE_END);
  }

  @Test
  void headerAndJavaAgree() throws IOException, InterruptedException {
    StringBuilder program =
        new StringBuilder(
            "#include <stdio.h>\n#include <pappus_abi.h>\n#include <pappus_libos.h>\n");
    program.append("int main(void) {\n");
    List<Integer> expected = new ArrayList<>(javaNumbers().values());
    for (String expression : javaNumbers().keySet()) {
      program.append("  printf(\"%d\\n\", (int)(").append(expression).append("));\n");
    }
    Files.writeString(folder.resolve("layout.c"), program.append("}\n"));
    String include = Path.of(System.getProperty("pappus.root", ".."), "guest/include").toString();
    run("gcc", "-I" + include, "layout.c", "-o", "layout");
    List<Integer> printed = run("./layout").lines().map(Integer::parseInt).toList();
    assertThat(printed).hasSameSizeAs(expected);
    List<String> expressions = new ArrayList<>(javaNumbers().keySet());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(printed.get(i)).as(expressions.get(i)).isEqualTo(expected.get(i));
    }
  }

  private String run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
