package dev.pappus.sandbox.kvm;

/** How the monitor learns what a guest has written. */
public enum WipeMethod {
  /** The guest's page tables say so, page by page. */
  DIRTY_BITS("dirty-bits"),
  /** They do not on this host: every resident page counts as written. */
  RESIDENCY("residency");

  private final String text;

  WipeMethod(String text) {
    this.text = text;
  }

  /** The name in reports. */
  public String text() {
    return text;
  }
}
