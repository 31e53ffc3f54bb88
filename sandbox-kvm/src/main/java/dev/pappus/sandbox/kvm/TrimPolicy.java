package dev.pappus.sandbox.kvm;

/**
 * Decides when the pages that a function has ever written are worth forgetting. Notes of written
 * pages are sticky, so one large run makes every later wipe dearer; forgetting costs a fault for
 * each page that is needed again. So it is done when wiping has cost about as much as that, and
 * done ever more rarely where the pages turn out to be needed.
 */
final class TrimPolicy {
  private static final int FEW_PAGES = 96;
  private static final long PATIENCE_MIN = 4096;
  private static final long PATIENCE_MAX = 1 << 22;

  private long patience = PATIENCE_MIN;
  private long wiped;
  private int pagesAtLastTrim;

  /**
   * To be called after each wipe.
   *
   * @param pages how many pages it overwrote
   * @return whether to forget them now
   */
  boolean after(int pages) {
    if (pages <= FEW_PAGES) {
      return false;
    }
    wiped += pages;
    if (wiped < patience) {
      return false;
    }
    wiped = 0;
    boolean needed = pagesAtLastTrim > 0 && pages >= pagesAtLastTrim / 4 * 3;
    patience = needed ? Math.min(PATIENCE_MAX, patience * 4) : PATIENCE_MIN;
    pagesAtLastTrim = pages;
    return true;
  }

  /** Another function moves in. */
  void reset() {
    patience = PATIENCE_MIN;
    wiped = 0;
    pagesAtLastTrim = 0;
  }
}
