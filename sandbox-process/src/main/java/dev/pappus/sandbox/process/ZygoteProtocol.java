package dev.pappus.sandbox.process;

/** Numbers of guest/process/zygote.h; a test compares them. */
final class ZygoteProtocol {
  static final long STUB_ADDRESS = 0x7F00_0000_0000L;
  static final int EXIT_BYTES = 0x8000;
  static final int START_BYTES = 0x3000;
  static final int MEMORY_BYTES = 0x1000 + EXIT_BYTES + START_BYTES;

  static final int STATUS_STEP = 0;
  static final int STATUS_ERROR = 4;

  static final int EXIT_PAGES = 0x1000;
  static final int REPORT_RESERVE = 256;
  static final int REPORT = EXIT_PAGES + EXIT_BYTES - REPORT_RESERVE;
  static final int REPORT_SIGNAL = REPORT;
  static final int REPORT_CODE = REPORT + 4;
  static final int REPORT_VECTOR = REPORT + 8;
  static final int REPORT_ERROR_CODE = REPORT + 16;
  static final int REPORT_ADDRESS = REPORT + 24;
  static final int REPORT_INSTRUCTION = REPORT + 32;
  static final int REPORT_FLAGS = REPORT + 40;
  static final int REPORT_RDX = REPORT + 48;
  static final int REPORT_CALL = REPORT + 56;
  static final int REPORT_ARCHITECTURE = REPORT + 60;
  static final int REPORT_BEGUN = REPORT + 64;
  static final int REPORT_ASKED = REPORT + 68;

  static final int ASK_BEGIN = 1;
  static final int ASK_RESTORE = 2;

  static final int START = EXIT_PAGES + EXIT_BYTES;
  static final int START_WAY_OUT = START + 40;
  static final int START_ENTRY = START + 48;
  static final int START_STACK_POINTER = START + 56;
  static final int START_CALLS = START + 64;

  static final int STEP_START = 1;
  static final int STEP_CLONE = 2;
  static final int STEP_MAP = 3;
  static final int STEP_FILTER = 4;
  static final int STEP_ATTACH = 5;

  static final int OPERATION_ATTACH = 1;
  static final int OPERATION_DETACH = 2;
  static final int OPERATION_START = 3;

  static final int REQUEST_OPERATION = 0;
  static final int REQUEST_SLOT = 4;
  static final int REQUEST_LIBOS_BEGIN = 8;
  static final int REQUEST_LIBOS_END = 16;
  static final int REQUEST_RANGE_COUNT = 24;
  static final int REQUEST_WARM_COUNT = 28;
  static final int REQUEST_STAYS = 32;
  static final int REQUEST_RANGES = 40;

  static final int RANGE_START = 0;
  static final int RANGE_END = 8;
  static final int RANGE_PROTECTION = 16;
  static final int RANGE_BYTES = 24;

  static final int SLOTS_MAX = 256;
  static final int RANGES_MAX = 272;
  static final int REQUEST_BYTES = REQUEST_RANGES + RANGES_MAX * RANGE_BYTES;

  private ZygoteProtocol() {}
}
