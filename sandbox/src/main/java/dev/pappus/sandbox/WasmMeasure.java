package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;

/**
 * Walks through a module and measures what it will cost whoever parses and compiles it. Nothing is
 * allocated for what is read; a count is believed only as far as there are bytes for it. Types are
 * numbers here, of which the specification uses one byte: so does the engine's parser read them.
 */
final class WasmMeasure {
  private static final int CUSTOM = 0;
  private static final int TYPES = 1;
  private static final int TABLES = 4;
  private static final int ELEMENTS = 9;
  private static final int CODE = 10;
  private static final int DATA = 11;

  private static final int FUNCTION_TYPE = 0x60;
  private static final int FUNCTION_REFERENCE = 0x70;
  private static final int EXTERNAL_REFERENCE = 0x6F;
  private static final int HAS_MAXIMUM = 1;

  private long tableBytes;
  private long arityMax;
  private long resultsMax;
  private boolean hasTypedBlocks;
  private long dataSegments;
  private long bytes;
  private long functions;
  private long locals;
  private long bodyBytesMax;
  private long localsMax;
  private long weightMax;
  private long branchSteps;
  private int beyond;

  WasmFile.CodeShape shape() {
    return new WasmFile.CodeShape(
        bytes,
        functions,
        locals,
        bodyBytesMax,
        localsMax,
        weightMax,
        arityMax,
        hasTypedBlocks ? arityMax : resultsMax,
        branchSteps,
        tableBytes,
        dataSegments,
        beyond);
  }

  void section(int id, MemorySegment content) {
    WasmCursor section = new WasmCursor(content);
    if (id != CUSTOM && id != CODE && id != DATA) {
      tableBytes += content.byteSize();
    }
    switch (id) {
      case TYPES -> types(section);
      case TABLES -> tables(section);
      case ELEMENTS -> elements(section);
      case CODE -> code(section, content.byteSize());
      case DATA -> data(section);
      default -> {
        // Bounded by its bytes.
      }
    }
  }

  /** Notes the first instruction or type that WebAssembly 2.0 without SIMD does not have. */
  private boolean noteBeyond(int opcode) {
    if (opcode != 0 && beyond == 0) {
      beyond = opcode;
    }
    return beyond != 0;
  }

  private void types(WasmCursor section) {
    long count = section.u32();
    for (long i = 0; i < count; i++) {
      if (section.u32() != FUNCTION_TYPE) {
        noteBeyond(WasmInstructions.COLLECTED_TYPE);
        return;
      }
      long arity = 0;
      long results = 0;
      for (int side = 0; side < 2; side++) {
        long values = section.u32();
        arity += values;
        results = values;
        for (long j = 0; j < values; j++) {
          long type = section.u32();
          if (WasmInstructions.isTypedReference(type)) {
            noteBeyond(WasmInstructions.TYPED_REFERENCE);
            return;
          }
        }
      }
      arityMax = Math.max(arityMax, arity);
      resultsMax = Math.max(resultsMax, results);
    }
  }

  /** Others than of the two plain types, and those with an initial value, are of later versions. */
  private void tables(WasmCursor section) {
    long count = section.u32();
    for (long i = 0; i < count; i++) {
      int type = section.u8();
      if (type != FUNCTION_REFERENCE && type != EXTERNAL_REFERENCE) {
        noteBeyond(WasmInstructions.TYPED_REFERENCE);
        return;
      }
      int form = section.u8();
      section.u32();
      if (form == HAS_MAXIMUM) {
        section.u32();
      } else if (form != 0) {
        return; // the engine knows what is wrong
      }
    }
  }

  /** The eight forms of a segment: bits say passive or declared, with a table or kind, as code. */
  private void elements(WasmCursor section) {
    WasmInstructions expressions = new WasmInstructions(section);
    long count = section.u32();
    for (long i = 0; i < count; i++) {
      long form = section.u32();
      boolean active = (form & 1) == 0;
      if (active && (form & 2) != 0) {
        section.u32();
      }
      if (active && noteBeyond(expressions.skipExpression())) {
        return;
      }
      if ((form & 3) != 0) {
        long type = section.u32();
        if (WasmInstructions.isTypedReference(type) || ((form & 4) == 0 && type != 0)) {
          noteBeyond(WasmInstructions.TYPED_REFERENCE);
          return;
        }
      }
      long values = section.u32();
      for (long j = 0; j < values; j++) {
        if ((form & 4) == 0) {
          section.u32();
        } else if (noteBeyond(expressions.skipExpression())) {
          return;
        }
      }
    }
  }

  private void data(WasmCursor section) {
    WasmInstructions expressions = new WasmInstructions(section);
    long count = section.u32();
    for (long i = 0; i < count; i++) {
      long form = section.u32();
      if (form == 2) {
        section.u32();
      }
      if (form != 1 && noteBeyond(expressions.skipExpression())) {
        return;
      }
      section.slice(section.u32());
      dataSegments++;
    }
  }

  private void code(WasmCursor section, long sectionBytes) {
    long count = section.u32();
    bytes += sectionBytes;
    functions += count;
    for (long i = 0; i < count; i++) {
      body(section.slice(section.u32()));
    }
  }

  private void body(MemorySegment body) {
    WasmCursor cursor = new WasmCursor(body);
    long own = 0;
    for (long groups = cursor.u32(); groups > 0; groups--) {
      own += cursor.u32();
      long type = cursor.u32();
      if (WasmInstructions.isTypedReference(type)) {
        noteBeyond(WasmInstructions.TYPED_REFERENCE);
        return;
      }
    }
    locals += own;
    bodyBytesMax = Math.max(bodyBytesMax, body.byteSize());
    localsMax = Math.max(localsMax, own);
    weightMax = Math.max(weightMax, body.byteSize() * Math.min(own + 1, 1L << 32));
    if (beyond == 0) {
      WasmInstructions instructions = new WasmInstructions(cursor);
      noteBeyond(instructions.skipAll());
      branchSteps += instructions.branchSteps();
      hasTypedBlocks |= instructions.hasTypedBlocks();
    }
  }
}
