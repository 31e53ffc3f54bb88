package dev.pappus.server.access;

import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a data folder. Verifying looks at a snapshot in memory and never blocks; making and
 * removing write the file, so they belong on a virtual thread. Any thread may use it. One process
 * has a folder's tokens open at a time, which the folder's lock sees to.
 */
public final class Tokens {
  /** What every token begins with, so that scanners for leaked secrets find it. */
  public static final String PREFIX = "pappus_";

  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final int ID_BYTES = 8;
  private static final int SECRET_BYTES = 32;
  private static final int LENGTH = PREFIX.length() + 2 * ID_BYTES + 1 + 2 * SECRET_BYTES;
  private static final int TOKENS_MAX = 10_000;
  private static final long REPORT_NANOS = 10_000_000_000L;

  /** Compared with where no token has the id, so that the answer takes as long. */
  private static final byte[] NO_HASH = new byte[32];

  private final TokenFile file;
  private final InstantSource wallClock;
  private final LongAdder refused = new LongAdder();
  private final AtomicLong reportDueNanos = new AtomicLong(System.nanoTime());
  private volatile Map<String, Known> known = Map.of();

  private static final class Known {
    private final Token token;
    private final byte[] hash;
    private final Meter meter;

    Known(Token token) {
      this.token = token;
      this.hash = HexFormat.of().parseHex(token.secretHash());
      this.meter = new Meter("token " + token.id(), token.quota(), MonotonicClock.SYSTEM);
    }

    Token token() {
      return token;
    }
  }

  /**
   * A token that was presented and is good.
   *
   * @param token the token
   * @param meter counts what is done with it
   */
  public record Verified(Token token, Meter meter) {}

  /**
   * A token that was just made.
   *
   * @param token the token
   * @param text what its holder sends; it is nowhere kept
   */
  public record Created(Token token, String text) {}

  private Tokens(TokenFile file, InstantSource wallClock) {
    this.file = file;
    this.wallClock = wallClock;
  }

  /**
   * Reads the tokens of a data folder that this process has locked.
   *
   * @throws ProblemException STORAGE_FAILED if they cannot be read
   */
  public static Tokens open(Path dataFolder) {
    return open(dataFolder, InstantSource.system());
  }

  static Tokens open(Path dataFolder, InstantSource wallClock) {
    Tokens tokens = new Tokens(new TokenFile(dataFolder), wallClock);
    Map<String, Known> read = new LinkedHashMap<>();
    for (Token token : tokens.file.read()) {
      read.put(token.id(), new Known(token));
    }
    tokens.known = read;
    return tokens;
  }

  /** Whether {@code text} is meant as one of ours, good or not. */
  public static boolean looksLikeToken(String text) {
    return text.startsWith(PREFIX);
  }

  /**
   * The token that {@code text} is; null if it is none, or expired. Costs one hash at most, and
   * takes as long for a wrong secret as for an unknown token.
   */
  public @Nullable Verified verify(String text) {
    Known found = null;
    if (text.length() == LENGTH && looksLikeToken(text)) {
      String id = text.substring(PREFIX.length(), PREFIX.length() + 2 * ID_BYTES);
      Known candidate = known.get(id);
      boolean same =
          MessageDigest.isEqual(hash(text), candidate == null ? NO_HASH : candidate.hash);
      found = same ? candidate : null;
    }
    if (found == null || found.token.isExpired(wallClock.instant())) {
      countRefusal();
      return null;
    }
    return new Verified(found.token, found.meter);
  }

  /** Whether a token that was good still is. */
  public boolean isGood(Token token) {
    return known.containsKey(token.id()) && !token.isExpired(wallClock.instant());
  }

  private void countRefusal() {
    refused.increment();
    long due = reportDueNanos.get();
    long now = System.nanoTime();
    if (now - due >= 0 && reportDueNanos.compareAndSet(due, now + REPORT_NANOS)) {
      LOG.warn("refused unknown or expired tokens; {} since the node started", refused.sum());
    }
  }

  /** How many presented tokens were refused since the node started. */
  public long refused() {
    return refused.sum();
  }

  /** All tokens, the oldest first. */
  public List<Token> list() {
    return known.values().stream().map(Known::token).toList();
  }

  /**
   * Makes a token; it is good, and durable, when this returns.
   *
   * @throws ProblemException STORAGE_FAILED, or BAD_REQUEST if there are too many
   */
  public synchronized Created create(TokenWish wish) {
    if (known.size() >= TOKENS_MAX) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the node has %d tokens already", TOKENS_MAX)
              .withHint("remove those that are not used any more: pappus token rm ID"));
    }
    String id = randomHex(ID_BYTES);
    String text = PREFIX + id + "_" + randomHex(SECRET_BYTES);
    Instant now = wallClock.instant().truncatedTo(ChronoUnit.SECONDS);
    Token token =
        new Token(
            id,
            wish.scope(),
            wish.namespace(),
            wish.label(),
            now,
            wish.lifetimeSeconds() == Long.MAX_VALUE
                ? null
                : now.plusSeconds(wish.lifetimeSeconds()),
            wish.quota(),
            HexFormat.of().formatHex(hash(text)));
    Map<String, Known> next = new LinkedHashMap<>(known);
    next.put(id, new Known(token));
    replace(next);
    return new Created(token, text);
  }

  /**
   * Removes a token; it is refused from when this returns. False if there is none.
   *
   * @throws ProblemException STORAGE_FAILED
   */
  public synchronized boolean remove(String id) {
    Map<String, Known> next = new LinkedHashMap<>(known);
    if (next.remove(id) == null) {
      return false;
    }
    replace(next);
    return true;
  }

  private void replace(Map<String, Known> next) {
    List<Token> tokens = new ArrayList<>();
    next.values().forEach(each -> tokens.add(each.token));
    file.write(tokens);
    known = next;
  }

  private String randomHex(int bytes) {
    byte[] drawn = new byte[bytes];
    new SecureRandom().nextBytes(drawn);
    return HexFormat.of().formatHex(drawn);
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
