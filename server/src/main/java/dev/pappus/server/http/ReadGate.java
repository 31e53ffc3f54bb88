package dev.pappus.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;

/**
 * Whether the node reads on from a client: not while an endpoint wants no more of a body, nor while
 * the client has sent too much ahead. The event loop alone uses it.
 */
final class ReadGate {
  private final SentAhead ahead;
  private boolean bodyPaused;
  private boolean deaf;

  /** An open gate. */
  ReadGate(SentAhead ahead) {
    this.ahead = ahead;
  }

  /** Whether an endpoint wants no more of the body for now; holds from the next update on. */
  void pauseBody(boolean paused) {
    bodyPaused = paused;
  }

  /** From now on everything is read, so that the client may send its rest, and nothing heard. */
  void deafen() {
    deaf = true;
  }

  boolean isDeaf() {
    return deaf;
  }

  /** Holds the client back, or lets it send on. */
  void update(Channel channel) {
    boolean read = deaf || (!bodyPaused && !ahead.isFull());
    ChannelConfig config = channel.config();
    if (config.isAutoRead() != read) {
      config.setAutoRead(read);
    }
  }
}
