package dev.pappus.sandbox.kvm;

/** How a guest's faults come out of its machine. */
public enum EntryVariant {
  /** No interrupt table: a fault shuts the machine down, which reports vector and address. */
  NO_IDT("no-idt"),
  /** A table that only the processor reaches: each vector leaves through its own stub. */
  IDT("idt");

  private final String text;

  EntryVariant(String text) {
    this.text = text;
  }

  /** The name in reports. */
  public String text() {
    return text;
  }
}
