package dev.pappus.bench;

import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/**
 * What an overloaded node still does.
 *
 * @param peak results a second at the best load
 * @param goodput results a second at ten times that load
 * @param sent requests a second that were sent then
 * @param refused requests that were refused
 * @param refusalP50Millis median time to a refusal
 * @param refusalP99Millis 99th percentile of it
 * @param quietAlone results a second of a namespace that sends a quarter of the peak
 * @param quietBeside the same beside one that sends ten times the peak
 * @param quietAloneP99Millis 99th percentile of its results' times alone
 * @param quietBesideP99Millis the same beside the noisy one
 * @param unsent requests for which the generator had no connection or no time
 * @param failed other failures
 * @param heapBeforeMiB live heap before all of it
 * @param heapAfterMiB live heap after all of it
 */
public record OverloadResult(
    double peak,
    double goodput,
    double sent,
    long refused,
    double refusalP50Millis,
    double refusalP99Millis,
    double quietAlone,
    double quietBeside,
    double quietAloneP99Millis,
    double quietBesideP99Millis,
    long unsent,
    long failed,
    long heapBeforeMiB,
    long heapAfterMiB) {
  private static final double GOODPUT_GOAL = 0.90;
  private static final double QUIET_GOAL = 0.80;

  /** How many times the peak was sent. */
  public double overload() {
    return sent / peak;
  }

  /** What is left of the peak. */
  public double goodputShare() {
    return goodput / peak;
  }

  /** What is left of the quiet namespace's throughput. */
  public double quietShare() {
    return quietBeside / quietAlone;
  }

  /** For people. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "peak %.0f results/s; at %.1f times that, %.0f requests/s: %.0f results/s, %d refused (p50"
            + " %.2f ms, p99 %.2f ms)%nquiet namespace alone: %.0f results/s, p99 %.1f ms; beside a noisy one: %.0f"
            + " results/s, p99 %.1f ms%nnot sent for lack of connections or time: %d; failed: %d; live"
            + " heap %d MiB before, %d MiB after%n%s goodput is %.0f %% of the peak, goal at least %.0f%n%s the quiet"
            + " namespace keeps %.0f %% of its throughput, goal at least %.0f%n",
        peak,
        overload(),
        sent,
        goodput,
        refused,
        refusalP50Millis,
        refusalP99Millis,
        quietAlone,
        quietAloneP99Millis,
        quietBeside,
        quietBesideP99Millis,
        unsent,
        failed,
        heapBeforeMiB,
        heapAfterMiB,
        verdict(goodputShare(), GOODPUT_GOAL),
        100 * goodputShare(),
        100 * GOODPUT_GOAL,
        verdict(quietShare(), QUIET_GOAL),
        100 * quietShare(),
        100 * QUIET_GOAL);
  }

  private static String verdict(double share, double goal) {
    return share >= goal ? "met   " : "MISSED";
  }

  /** As one JSON object. */
  public void writeTo(JsonGenerator json) {
    json.writeStartObject();
    json.writeNumberProperty("peak", peak);
    json.writeNumberProperty("goodput", goodput);
    json.writeNumberProperty("goodputShare", goodputShare());
    json.writeNumberProperty("sent", sent);
    json.writeNumberProperty("overload", overload());
    json.writeNumberProperty("refused", refused);
    json.writeNumberProperty("refusalP50Millis", refusalP50Millis);
    json.writeNumberProperty("refusalP99Millis", refusalP99Millis);
    json.writeNumberProperty("quietAlone", quietAlone);
    json.writeNumberProperty("quietBeside", quietBeside);
    json.writeNumberProperty("quietShare", quietShare());
    json.writeNumberProperty("quietAloneP99Millis", quietAloneP99Millis);
    json.writeNumberProperty("quietBesideP99Millis", quietBesideP99Millis);
    json.writeNumberProperty("unsent", unsent);
    json.writeNumberProperty("failed", failed);
    json.writeNumberProperty("heapBeforeMiB", heapBeforeMiB);
    json.writeNumberProperty("heapAfterMiB", heapAfterMiB);
    json.writeEndObject();
  }
}
