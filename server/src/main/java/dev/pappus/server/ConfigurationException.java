package dev.pappus.server;

/** A configuration that cannot be used; the message names every fault and its place. */
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** With a message for the person who wrote the configuration. */
  public ConfigurationException(String message) {
    super(message);
  }

  /** With what brought it about. */
  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
