package dev.pappus.server.settings;

import dev.pappus.server.ConfigurationException;
import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong, so that its author hears of everything at once. One thread uses it. */
public final class Faults {
  private final List<String> messages = new ArrayList<>();

  /** Notes that {@code place} is wrong. */
  public void add(String place, String message) {
    messages.add(place + ": " + message);
  }

  /**
   * Ends the reading if anything was wrong.
   *
   * @throws ConfigurationException with a line for each fault, {@code PLACE: …}
   */
  public void throwIfAny() {
    if (!messages.isEmpty()) {
      throw new ConfigurationException(String.join("\n", messages));
    }
  }
}
