package dev.pappus.sandbox.wasm;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts modules together byte by byte, for tests that no compiler would write. Types are given as in
 * {@code "ii:l"}: parameters, then results, {@code i} and {@code l} for integers, {@code f} and
 * {@code d} for floating point, {@code v} for vectors, {@code r} for function references.
 */
final class ModuleBuilder {
  static final int END = 0x0B;

  private final List<byte[]> types = new ArrayList<>();
  private final List<byte[]> imports = new ArrayList<>();
  private final List<byte[]> functions = new ArrayList<>();
  private final List<byte[]> bodies = new ArrayList<>();
  private final List<byte[]> tables = new ArrayList<>();
  private final List<byte[]> exports = new ArrayList<>();
  private final List<byte[]> elements = new ArrayList<>();
  private final List<byte[]> data = new ArrayList<>();
  private final List<byte[]> globals = new ArrayList<>();
  private final List<byte[]> names = new ArrayList<>();
  private byte[] memory = bytes();
  private byte[] start = bytes();
  private byte[] raw = bytes();
  private int imported;

  /** A command with one page of memory that does this, and nothing else. */
  static ModuleBuilder command(Object... code) {
    ModuleBuilder module = new ModuleBuilder().memory(1, 1000);
    return module.export("_start", 0, module.function(":", "", code));
  }

  ModuleBuilder memory(int initial, int maximum) {
    memory = bytes(1, 1, leb(initial), leb(maximum));
    exports.add(bytes(text("memory"), 2, 0));
    return this;
  }

  ModuleBuilder rawMemory(Object... section) {
    memory = bytes(section);
    return this;
  }

  /** A type, each once, as compilers do it. */
  int type(String signature) {
    byte[] type = encoded(signature);
    for (int i = 0; i < types.size(); i++) {
      if (Arrays.equals(types.get(i), type)) {
        return i;
      }
    }
    types.add(type);
    return types.size() - 1;
  }

  /** One more of a type, as no compiler does it. */
  void repeatedType(String signature) {
    types.add(encoded(signature));
  }

  private static byte[] encoded(String signature) {
    String[] sides = signature.split(":", -1);
    return bytes(0x60, valueTypes(sides[0]), valueTypes(sides[1]));
  }

  private static byte[] valueTypes(String letters) {
    byte[] all = leb(letters.length());
    for (int i = 0; i < letters.length(); i++) {
      all = bytes(all, valueType(letters.charAt(i)));
    }
    return all;
  }

  private static int valueType(char letter) {
    return switch (letter) {
      case 'i' -> 0x7F;
      case 'l' -> 0x7E;
      case 'f' -> 0x7D;
      case 'd' -> 0x7C;
      case 'v' -> 0x7B;
      case 'r' -> 0x70;
      default -> throw new IllegalArgumentException(String.valueOf(letter));
    };
  }

  /** Imports come before functions. */
  int importFunction(String module, String name, String signature) {
    imports.add(bytes(text(module), text(name), 0, leb(type(signature))));
    return imported++;
  }

  /** Adds a function; returns its index. */
  int function(String signature, String locals, Object... code) {
    functions.add(leb(type(signature)));
    byte[] groups = leb(locals.length());
    for (int i = 0; i < locals.length(); i++) {
      groups = bytes(groups, 1, valueType(locals.charAt(i)));
    }
    bodies.add(sized(bytes(groups, bytes(code), END)));
    return imported + functions.size() - 1;
  }

  /** Adds a function with a body as it stands, locals included. */
  int rawFunction(String signature, byte[] body) {
    functions.add(leb(type(signature)));
    bodies.add(sized(body));
    return imported + functions.size() - 1;
  }

  ModuleBuilder export(String name, int kind, int index) {
    exports.add(bytes(text(name), kind, leb(index)));
    return this;
  }

  ModuleBuilder table(int initial, int maximum) {
    tables.add(bytes(0x70, 1, leb(initial), leb(maximum)));
    return this;
  }

  ModuleBuilder rawTable(Object... table) {
    tables.add(bytes(table));
    return this;
  }

  ModuleBuilder rawElement(Object... element) {
    elements.add(bytes(element));
    return this;
  }

  ModuleBuilder element(int offset, int function) {
    elements.add(bytes(0, 0x41, signed(offset), END, 1, leb(function)));
    return this;
  }

  ModuleBuilder data(int offset, String content) {
    data.add(bytes(0, 0x41, signed(offset), END, text(content)));
    return this;
  }

  ModuleBuilder passiveData(String content) {
    data.add(bytes(1, text(content)));
    return this;
  }

  /** A segment that only allows {@code ref.func} of a function. */
  ModuleBuilder declaredElement(int function) {
    elements.add(bytes(3, 0, 1, leb(function)));
    return this;
  }

  ModuleBuilder global(char type, boolean mutable, Object... initial) {
    globals.add(bytes(valueType(type), mutable ? 1 : 0, bytes(initial), END));
    return this;
  }

  ModuleBuilder start(int function) {
    start = leb(function);
    return this;
  }

  ModuleBuilder name(int function, String name) {
    names.add(bytes(leb(function), text(name)));
    return this;
  }

  /** A section as it stands, behind all others. */
  ModuleBuilder rawSection(int id, byte[] content) {
    raw = bytes(raw, section(id, content));
    return this;
  }

  MemorySegment build() {
    byte[] module = {0, 'a', 's', 'm', 1, 0, 0, 0};
    return MemorySegment.ofArray(
        bytes(
            module,
            vector(1, types),
            vector(2, imports),
            vector(3, functions),
            vector(4, tables),
            section(5, memory),
            vector(6, globals),
            vector(7, exports),
            section(8, start),
            vector(9, elements),
            data.isEmpty() ? bytes() : section(12, leb(data.size())),
            vector(10, bodies),
            vector(11, data),
            names.isEmpty() ? bytes() : nameSection(),
            raw));
  }

  private byte[] nameSection() {
    byte[] content = leb(names.size());
    for (byte[] each : names) {
      content = bytes(content, each);
    }
    return section(0, bytes(text("name"), 1, sized(content)));
  }

  private static byte[] vector(int id, List<byte[]> parts) {
    if (parts.isEmpty()) {
      return bytes();
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(leb(parts.size()));
    parts.forEach(content::writeBytes);
    return section(id, content.toByteArray());
  }

  private static byte[] section(int id, byte[] content) {
    return content.length == 0 ? bytes() : bytes(id, sized(content));
  }

  private static byte[] sized(byte[] content) {
    return bytes(leb(content.length), content);
  }

  private static byte[] text(String text) {
    return sized(text.getBytes(StandardCharsets.UTF_8));
  }

  /** An unsigned number. */
  static byte[] leb(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long rest = value;
    while (rest >>> 7 != 0) {
      bytes.write((int) (rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    bytes.write((int) rest);
    return bytes.toByteArray();
  }

  /** A signed number. */
  static byte[] signed(long value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    long rest = value;
    while (rest < -64 || rest >= 64) {
      bytes.write((int) (rest & 0x7F) | 0x80);
      rest >>= 7;
    }
    bytes.write((int) (rest & 0x7F));
    return bytes.toByteArray();
  }

  /** {@code i32.const}. */
  static byte[] i32(int value) {
    return bytes(0x41, signed(value));
  }

  /** {@code i64.const}. */
  static byte[] i64(long value) {
    return bytes(0x42, signed(value));
  }

  /** {@code call}. */
  static byte[] call(int function) {
    return bytes(0x10, leb(function));
  }

  /** Numbers are bytes; arrays go in as they are. */
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (Object part : parts) {
      switch (part) {
        case Integer number -> all.write(number);
        case byte[] more -> all.writeBytes(more);
        default -> throw new IllegalArgumentException(part.toString());
      }
    }
    return all.toByteArray();
  }
}
